import { expect, it } from "vitest";
import { fakeEngine } from "../engine/fake-engine.ts";
import { tarEnd, tarHead, tarPadding } from "../tar/write-tar.ts";
import { ownerOf } from "./owner.ts";

const files: Readonly<Record<string, string>> = {
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/:/bin/sh\n",
  "/etc/group": "root:x:0:\nstaff:x:50:\n",
};
const engine = fakeEngine({
  getArchive: async function* (_id, path) {
    const content = Buffer.from(files[path] ?? "");
    const head = { name: "f", kind: "file", mode: 0o644, uid: 0, gid: 0, size: content.length, modified: 0 } as const;
    yield Buffer.concat([tarHead(head), content, tarPadding(content.length), tarEnd]);
  },
});
const { signal } = new AbortController();

it.each([
  ["", { uid: 0, gid: 0 }],
  ["root", { uid: 0, gid: 0 }],
  ["app", { uid: 1000, gid: 1001 }],
  ["app:staff", { uid: 1000, gid: 50 }],
  ["7", { uid: 7, gid: 0 }],
  ["7:8", { uid: 7, gid: 8 }],
  ["root:staff", { uid: 0, gid: 50 }],
])("the owner %o", async (user, expected) => {
  expect(await ownerOf(engine, "c", user, signal)).toEqual(expected);
});
it("that nobody knows is an error", async () => {
  await expect(ownerOf(engine, "c", "nobody-here", signal)).rejects.toThrow(
    "the container's user nobody-here is not in its /etc/passwd",
  );
});
