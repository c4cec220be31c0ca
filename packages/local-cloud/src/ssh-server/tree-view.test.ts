import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findAccount } from "./accounts.ts";
import { findAuthorizedKey } from "./authorized-keys.ts";
import { TreeView } from "./tree-view.ts";

describe("a view of a tree", () => {
  let root: string;
  let tree: TreeView;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "tree-view-"));
    tree = new TreeView(root);
    mkdirSync(join(root, "a/b"), { recursive: true });
    mkdirSync(join(root, "etc"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("keeps absolute links, relative links and dots inside", () => {
    symlinkSync("/a", join(root, "absolute"));
    symlinkSync("../../../../etc", join(root, "a/up"));
    expect(tree.resolve("/absolute/b")).toBe(`${root}/a/b`);
    expect(tree.resolve("/a/up/passwd")).toBe(`${root}/etc/passwd`);
    expect(tree.resolve("/../../etc/./x/../y")).toBe(`${root}/etc/y`);
    expect(tree.real("/absolute/b/../none")).toBe("/a/none");
    expect(tree.resolve("/")).toBe(`${root}/`);
  });

  it("keeps a last link when it is told to, and follows those before it", () => {
    symlinkSync("/a", join(root, "link"));
    symlinkSync("/nowhere", join(root, "a/dangling"));
    expect(tree.resolve("/link", false)).toBe(`${root}/link`);
    expect(tree.resolve("/link/dangling", false)).toBe(`${root}/a/dangling`);
    expect(tree.resolve("/a/dangling")).toBe(`${root}/nowhere`);
  });

  it("gives up on links that go round", () => {
    symlinkSync("/two", join(root, "one"));
    symlinkSync("/one", join(root, "two"));
    expect(() => tree.resolve("/one")).toThrow("ELOOP");
  });

  it("finds accounts with their groups, and the keys that may log in", () => {
    writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:\n");
    writeFileSync(join(root, "etc/group"), "sudo:x:27:bob,ann\nadm:x:4:annex\nann:x:1000:\n");
    const account = findAccount(tree, "ann");
    expect(account).toEqual({
      name: "ann",
      uid: 1000,
      gid: 1000,
      groups: [1000, 27],
      home: "/home/ann",
      shell: "/bin/sh",
    });
    expect(findAccount(tree, "nobody")).toBeUndefined();
    if (!account) return;
    mkdirSync(join(root, "home/ann/.ssh"), { recursive: true });
    const lines = [
      "# a comment",
      "ssh-ed25519 QUFB ann@home",
      'no-pty,command="echo \\"hi\\", you" ssh-rsa QkJC',
      "garbage",
    ];
    writeFileSync(join(root, "home/ann/.ssh/authorized_keys"), lines.join("\n"));
    expect(findAuthorizedKey(tree, account, Buffer.from("AAA"))).toEqual({});
    expect(findAuthorizedKey(tree, account, Buffer.from("BBB"))).toEqual({ command: 'echo "hi", you' });
    expect(findAuthorizedKey(tree, account, Buffer.from("CCC"))).toBeUndefined();
  });
});
