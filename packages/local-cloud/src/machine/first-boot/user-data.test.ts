import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TreeView } from "../../ssh-server/tree-view.ts";
import { readCloudConfig } from "./cloud-config.ts";
import { hostsFile } from "./identity.ts";
import { planUserData } from "./user-data.ts";

const user = {
  name: "ubuntu",
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  groups: [],
  home: "/home/ubuntu",
  shell: "/bin/sh",
};

describe("planUserData", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "user-data-"));
    mkdirSync(join(root, "etc"));
    writeFileSync(
      join(root, "etc/passwd"),
      `ubuntu:x:${user.uid}:${user.gid}::/home/ubuntu:/bin/sh\nroot:x:${user.uid}:${user.gid}::/root:/bin/sh\n`,
    );
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("keeps a script as it is, packed or not", () => {
    const script = "#!/bin/bash\necho hi\n";
    for (const data of [Buffer.from(script), gzipSync(script)]) {
      const plan = planUserData(data);
      plan.prepare(new TreeView(root), user);
      expect(readFileSync(join(root, plan.scripts.firstBoot ?? ""), "utf8")).toBe(script);
      expect(statSync(join(root, plan.scripts.firstBoot ?? "")).mode & 0o777).toBe(0o700);
    }
  });

  it("refuses what it does not understand, and runs none of it", () => {
    for (const text of [
      "Content-Type: multipart/mixed",
      "#include\nhttp://x",
      "## template: jinja\n#cloud-config\n",
      "#cloud-config\na: [1",
    ]) {
      const plan = planUserData(Buffer.from(text));
      expect(plan.scripts).toEqual({});
      expect(plan.complaints).toHaveLength(1);
    }
    expect(planUserData(Buffer.from(" \n")).complaints).toEqual([]);
  });

  it("turns cloud-config into keys, files and one script in cloud-init's order", () => {
    const text = `#cloud-config
bootcmd: [echo first]
runcmd:
  - echo last
  - [printf, "%s", "a b"]
packages: [nginx, [redis, "7"]]
ssh_authorized_keys: [ssh-ed25519 AAAA]
write_files:
  - {path: /etc/x, content: "y", permissions: "0600"}
ntp: {}
`;
    const plan = planUserData(Buffer.from(text));
    plan.prepare(new TreeView(root), user);
    const script = readFileSync(join(root, plan.scripts.firstBoot ?? ""), "utf8");
    expect(readFileSync(join(root, plan.scripts.everyBoot ?? ""), "utf8")).toBe("#!/bin/sh\necho first\n");
    expect(script).not.toContain("echo first");
    expect(script).toContain("apt-get install -q -y nginx redis=7");
    expect(script.indexOf("apt-get install")).toBeLessThan(script.indexOf("echo last"));
    expect(script).toContain("printf %s 'a b'");
    expect(readFileSync(join(root, "home/ubuntu/.ssh/authorized_keys"), "utf8")).toBe("ssh-ed25519 AAAA\n");
    expect(statSync(join(root, "etc/x")).mode & 0o777).toBe(0o600);
    expect(plan.complaints).toEqual(['cloud-config: "ntp" is not carried out on a rehearsal machine']);
  });
});

it("reads users in all their forms", () => {
  const { users } = readCloudConfig(
    "users:\n  - default\n  - ann\n  - {name: bob, groups: 'adm, sudo', sudo: ['ALL=(ALL) ALL'], shell: /bin/zsh}\n",
  );
  expect(users).toEqual([
    { name: "ann", groups: [], sudo: [], sshAuthorizedKeys: [] },
    { name: "bob", shell: "/bin/zsh", groups: ["adm", "sudo"], sudo: ["ALL=(ALL) ALL"], sshAuthorizedKeys: [] },
  ]);
});

it("writes loopback names anew and keeps the rest of the hosts file", () => {
  const before = "127.0.0.1 localhost old\n127.0.1.1 ip-old\n192.0.2.7 mirror\n";
  expect(hostsFile(before, "ip-1.ec2.internal")).toBe(
    "127.0.0.1 localhost\n127.0.1.1 ip-1.ec2.internal ip-1\n::1 ip6-localhost ip6-loopback localhost\n192.0.2.7 mirror\n",
  );
});
