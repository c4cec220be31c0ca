import { mkdtemp, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine, MachineSpec } from "../../packages/local-cloud/src/machine/contract.ts";
import { openBench, type RealBench, say } from "./bench.ts";
import { slimTree } from "./slim-tree.ts";

const soon = (): AbortSignal => AbortSignal.timeout(30_000);

describe("a machine", () => {
  let bench: RealBench;
  const launch = (id: string, more: Partial<MachineSpec> = {}): Promise<Machine> =>
    bench.machines.launch(bench.spec(id, more), soon());
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  it("shows nothing private of the host, and changes nothing of it", async () => {
    const machine = await launch("i-private");
    const passwd = await bench.ssh(
      machine,
      "cat /etc/passwd; sudo cut -d: -f2 /etc/shadow | sort -u; sudo ls -A /root /srv /mnt; sudo ls /etc/ssh",
    );
    const people = passwd.output.split("\n").filter((line) => /^[^:]+:x:[1-9]\d{3}:/.test(line));
    expect(people).toEqual(["ubuntu:x:1000:1000:ubuntu:/home/ubuntu:/bin/bash"]);
    expect(passwd.output).not.toMatch(/\$[0-9y]\$/);
    expect(passwd.output).not.toContain("ssh_host_");
    expect((await bench.ssh(machine, `sudo ls ${bench.folder}`)).code).not.toBe(0);
    await bench.ssh(
      machine,
      "sudo sh -c 'echo changed >/etc/issue; rm -rf /usr/share/doc; hostname other; touch /usr/bin/planted'",
    );
    const after = await say("sh", ["-c", "cat /etc/issue; ls -d /usr/share/doc; ls /usr/bin/planted 2>&1"]);
    expect(after.output).not.toContain("changed");
    expect(after.output).toContain("/usr/share/doc\n");
    expect(after.output).toContain("No such file");
    expect(hostname()).not.toBe("other");
    await machine.destroy(soon());
  });

  it("keeps the host's kernel out of reach of everyday commands", async () => {
    const machine = await launch("i-kernel");
    const said = await bench.ssh(
      machine,
      "sudo sysctl -qw net.core.somaxconn=777 && cat /proc/sys/net/core/somaxconn; sudo sysctl -w vm.swappiness=1; sudo date -s 2001-01-01; ps ax | wc -l",
    );
    const [allowed, ...rest] = said.output.trim().split("\n");
    expect(allowed).toBe("777");
    expect(said.errors).toContain('permission denied on key "vm.swappiness"');
    expect(said.errors).toContain("cannot set date");
    expect(Number(rest.at(-1))).toBeLessThan(10);
    await machine.destroy(soon());
  });

  it("lets two machines listen on one port", async () => {
    const [one, other] = await Promise.all([launch("i-web1"), launch("i-web2")]);
    for (const machine of [one, other]) {
      await bench.ssh(
        machine,
        `mkdir web; echo ${machine.id} >web/index.html; cd web; sudo setsid python3 -m http.server 80 >/dev/null 2>&1 </dev/null &`,
      );
      const page = await say("curl", [
        "-s",
        "--retry",
        "20",
        "--retry-connrefused",
        "--retry-delay",
        "1",
        "--noproxy",
        "*",
        `http://${machine.address}/`,
      ]);
      expect(page.output).toBe(`${machine.id}\n`);
    }
    await Promise.all([one.destroy(soon()), other.destroy(soon())]);
  });

  it("answers about itself: version 2 always, version 1 where allowed", async () => {
    const strict = await launch("i-strict");
    const base = "http://169.254.169.254/latest";
    const token = `curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${base}/api/token`;
    const said = await bench.ssh(
      strict,
      `T=$(${token}); curl -s -H "X-aws-ec2-metadata-token: $T" ${base}/meta-data/instance-id; echo; curl -s -o /dev/null -w '%{http_code} ' ${base}/meta-data/instance-id; curl -s -o /dev/null -w '%{http_code} ' -H "X-aws-ec2-metadata-token: $T" ${base}/no/such; curl -s -o /dev/null -w '%{http_code}' -H 'X-aws-ec2-metadata-token: wrong' ${base}/meta-data/instance-id`,
    );
    expect(said.output).toBe("i-strict\n401 404 401");
    const loose = await launch("i-loose", { metadataOptions: { enabled: true, tokensRequired: false, hopLimit: 1 } });
    expect((await bench.ssh(loose, `curl -s ${base}/meta-data/instance-id`)).output).toBe("i-loose");
    await Promise.all([strict.destroy(soon()), loose.destroy(soon())]);
  });

  it("runs a script of user data as root, once, and says so on the console", async () => {
    const machine = await launch("i-script", {
      userData: Buffer.from("#!/bin/sh\nid -un >>/var/ran\necho from user data >/dev/console\n"),
    });
    await until(() => machine.console().includes("user data ended with exit code 0"));
    expect(machine.console()).toContain("from user data");
    await machine.stop(soon());
    await machine.start(soon());
    expect((await bench.ssh(machine, "cat /var/ran")).output).toBe("root\n");
    await machine.destroy(soon());
  });

  it("carries out cloud-config, and says what it does not", async () => {
    const text = `#cloud-config
hostname: named
users:
  - default
  - name: deploy
    groups: [adm]
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: ["${bench.authorizedKeys[0]?.trim()}"]
write_files:
  - path: /etc/app/settings
    content: aGVsbG8K
    encoding: b64
    permissions: '0640'
    owner: deploy:deploy
runcmd:
  - [touch, /var/one]
  - echo two words >/var/two
disk_setup: {}
`;
    const machine = await launch("i-config", { userData: gzipSync(text) });
    await until(() => machine.console().includes("user data ended"));
    expect(machine.console()).toContain('WARNING: cloud-config: "disk_setup" is not carried out');
    const said = await bench.ssh(
      machine,
      "ls /var/one; cat /var/two; hostname; sudo stat -c '%U %a' /etc/app/settings; sudo cat /etc/app/settings",
    );
    expect(said.output).toBe("/var/one\ntwo words\nnamed\ndeploy 640\nhello\n");
    const deploy = await say("ssh", [...bench.sshOptions, `deploy@${machine.address}`, "sudo -n id -un; id -Gn"]);
    expect(deploy.output).toBe("root\ndeploy adm\n");
    await machine.destroy(soon());
  });

  it("gives every machine of an image a name, a number and a host key of its own", async () => {
    const source = await launch("i-source");
    const keyOf = async (machine: Machine): Promise<string> =>
      (await say("ssh-keyscan", ["-t", "ed25519", machine.address])).output.split(" ")[2] ?? "";
    const before = [
      await keyOf(source),
      (await bench.ssh(source, "cat /etc/machine-id; sudo touch /tmp/left; sudo mv /etc/skel /etc/skel-moved")).output,
    ];
    await source.stop(soon());
    await source.start(soon());
    expect(await keyOf(source)).toBe(before[0]);
    const image = await bench.machines.capture(source.id, bench.freshTarget(), soon());
    await source.destroy(soon());
    const next = await launch("i-next", { root: image.tree });
    const said = await bench.ssh(
      next,
      "cat /etc/machine-id; hostname; grep -c i-source /etc/hosts; ls /tmp/left; ls -d /etc/skel*",
    );
    expect(await keyOf(next)).not.toBe(before[0]);
    expect(said.output.split("\n")[0]).not.toBe(before[1]?.trim());
    expect(said.output.split("\n").slice(1)).toEqual(["ip-i-next", "0", "/etc/skel-moved", ""]);
    await next.destroy(soon());
  });

  it("starts what an image has enabled, at its machines' boot", async () => {
    const source = await launch("i-enable");
    const unit =
      "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/sh -c 'echo $$ >/run/answer; exec sleep 1000'\n[Install]\nWantedBy=multi-user.target\n";
    await bench.write(source, "/etc/systemd/system/answer.service", unit);
    const said = await bench.ssh(
      source,
      "sudo systemctl daemon-reload && sudo systemctl enable --now answer; systemctl is-active answer; systemctl is-enabled answer; sudo systemctl stop answer; systemctl is-active answer",
    );
    expect(said.output).toBe("active\nenabled\ninactive\n");
    const image = await bench.machines.capture(source.id, bench.freshTarget(), soon());
    await source.destroy(soon());
    const next = await launch("i-enabled", { root: image.tree });
    await until(async () => (await bench.ssh(next, "systemctl is-active answer")).output === "active\n");
    await next.destroy(soon());
  });

  it("is made of a slim tree or tarball too, with sudo and a terminal that the tree lacks", async () => {
    const tree = await slimTree(await mkdtemp(join(bench.folder, "tree-")));
    const archive = join(bench.folder, "tree.tar.gz");
    await say("tar", ["-C", tree, "-czf", archive, "."]);
    for (const base of [
      { kind: "directory", path: tree },
      { kind: "tarball", path: archive },
    ] as const) {
      const id = `i-${base.kind}`;
      const machine = await launch(id, { root: { base, layers: [] }, defaultUser: "ec2-user" });
      const ssh = (command: string, ...options: string[]): Promise<{ output: string }> =>
        say("ssh", [...bench.sshOptions, ...options, `ec2-user@${machine.address}`, command], "typed\n");
      expect(
        (
          await ssh(
            "id -un; sudo id -un; sudo -E sh -c 'echo $HOME'; echo x | sudo -S cat; sudo -n -u root -- echo plain",
          )
        ).output,
      ).toBe("ec2-user\nroot\n/home/ec2-user\nx\nplain\n");
      expect((await ssh("tty", "-tt")).output).toContain("/dev/pts/0");
      await ssh("sudo sh -c 'echo kept >/var/kept'");
      const image = await bench.machines.capture(id, bench.freshTarget(), soon());
      await machine.destroy(soon());
      const next = await launch(`${id}-2`, { root: image.tree, defaultUser: "ec2-user" });
      expect((await say("ssh", [...bench.sshOptions, `ec2-user@${next.address}`, "cat /var/kept"])).output).toBe(
        "kept\n",
      );
      await next.destroy(soon());
    }
    expect(await readFile(join(tree, "etc/passwd"), "utf8")).not.toContain("ec2-user");
  });

  it("uses the host's network where it is told to, and says what that means", async () => {
    await using shared = await openBench({ network: "host" });
    expect(shared.machines.capabilities).toMatchObject({ network: "host", outbound: false });
    expect(shared.machines.capabilities.notes.join()).toContain("share this host's network");
    const machine = await shared.machines.launch(shared.spec("i-host"), soon());
    expect(machine.address).toMatch(/^127\./);
    expect((await shared.ssh(machine, "hostname")).output).toBe("ip-i-host\n");
  });
});

async function until(probe: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await probe()); tries++) {
    if (tries > 100) throw new Error("it did not happen");
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
}
