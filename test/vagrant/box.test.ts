import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tarred } from "../../packages/plugins/vagrant/src/box/tar.ts";
import { KilnBed, run } from "../kiln.ts";

let bed: KilnBed;
beforeEach(() => {
  bed = new KilnBed();
});
afterEach(() => bed[Symbol.dispose]());
const at = (name: string): string => join(bed.folder, name);

interface Vagrant {
  readonly [option: string]: unknown;
}
/** A template that makes a box of existing files. */
function template(name: string, files: readonly string[], vagrant: Vagrant): string {
  const chain = [
    { type: "artifice", files },
    { type: "vagrant", ...vagrant },
  ];
  const builders = [{ type: "null", communicator: "none", name: "made" }];
  writeFileSync(at(name), JSON.stringify({ builders, "post-processors": [chain] }));
  return at(name);
}
function unpacked(box: string): string {
  const folder = `${box}.d`;
  mkdirSync(folder);
  execFileSync("tar", ["-xzf", box, "-C", folder]);
  return folder;
}

it("makes a libvirt box of a QEMU disk that Vagrant adds, the disk unchanged", async () => {
  execFileSync(
    "sh",
    ["-c", "head -c 20000000 /dev/urandom >raw && truncate -s 64M raw && qemu-img convert -O qcow2 raw disk.qcow2"],
    {
      cwd: bed.folder,
    },
  );
  const path = template("t.json", ["disk.qcow2"], {
    provider_override: "libvirt",
    output: "{{.Provider}}-{{.Architecture}}.box",
  });
  const built = await bed.run(["build", "-color=false", path], { cwd: bed.folder });
  expect(built.code, built.stdout).toBe(0);
  expect(built.stdout).toContain("--> null.made: 'libvirt' provider box: libvirt-amd64.box");
  // The input is not kept: what is in the box is the only copy, compared with the raw disk it was made of.
  const env = { VAGRANT_HOME: at("vagrant"), VAGRANT_CHECKPOINT_DISABLE: "1", VAGRANT_NO_PLUGINS: "1" };
  const added = await run("vagrant", ["box", "add", "--name", "kiln/test", at("libvirt-amd64.box")], {
    cwd: bed.folder,
    env,
  });
  expect(added.stdout + added.stderr, added.stderr).toContain("Successfully added box 'kiln/test' (v0) for 'libvirt'");
  const home = at("vagrant/boxes/kiln-VAGRANTSLASH-test/0/libvirt");
  expect(readdirSync(home).sort()).toEqual(["Vagrantfile", "box_0.img", "metadata.json"]);
  expect(JSON.parse(readFileSync(join(home, "metadata.json"), "utf8"))).toEqual({
    architecture: "amd64",
    disks: [{ format: "qcow2", path: "box_0.img" }],
    provider: "libvirt",
  });
  execFileSync("qemu-img", ["check", "-q", join(home, "box_0.img")]);
  execFileSync("qemu-img", ["compare", "-q", at("raw"), join(home, "box_0.img")]);
  execFileSync("ruby", ["-c", join(home, "Vagrantfile")], { stdio: "ignore" });
});

const ovf = `<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:vbox="http://www.virtualbox.org/ovf/machine">
<References><File ovf:href="disk.vmdk" ovf:id="file1"/></References>
<VirtualSystem ovf:id="m"><vbox:Machine><Hardware><Network>
<Adapter slot="0" enabled="true" MACAddress="080027D14C66" type="82540EM"><NAT/></Adapter>
<Adapter slot="1" MACAddress="080027000000"/></Network></Hardware></vbox:Machine></VirtualSystem></Envelope>
`;

describe("beside Debian's packer, the same lines and the same box", () => {
  beforeEach(() => {
    writeFileSync(at("machine.ovf"), ovf);
    writeFileSync(at("disk.vmdk"), randomBytes(300_001));
    execFileSync("tar", ["-cf", "machine.ova", "machine.ovf", "disk.vmdk"], { cwd: bed.folder });
    // Modes of the files here are nothing that a box should keep.
    chmodSync(at("disk.vmdk"), 0o600);
    writeFileSync(at("extra.txt"), "extra\n");
    writeFileSync(at("custom.tpl"), 'Vagrant.configure("2") { |c| c.vm.hostname = "{{.BuildName}}-{{.Provider}}" }');
  });
  const more = { include: ["extra.txt"], vagrantfile_template: "custom.tpl" };
  it.each([
    ["an OVA", ["machine.ova"], { provider_override: "virtualbox" }],
    ["an OVF with its disk, and more", ["*.vmdk", "machine.ovf"], { provider_override: "virtualbox", ...more }],
    [
      "VMware's files",
      ["disk.vmdk"],
      { provider_override: "vmware", ...more, override: { vmware: { compression_level: 9 } } },
    ],
    ["a container", ["extra.txt"], { provider_override: "docker", vagrantfile_template: "custom.tpl" }],
    ["an LXC root file system", ["disk.vmdk"], { provider_override: "lxc" }],
    ["nothing for Google", ["extra.txt"], { provider_override: "google" }],
  ])("of %s", async (_, files, options) => {
    const vagrant = { ...options, keep_input_artifact: true };
    const ours = template("kiln.json", files, { ...vagrant, output: "x.box" });
    const kiln = await bed.run(["build", "-color=false", ours], { cwd: bed.folder });
    expect(kiln.code, kiln.stdout).toBe(0);
    const mine = unpacked(at("x.box"));
    execFileSync("rm", [at("x.box")]);
    const theirs = template("packer.json", files, { ...vagrant, output: "x.box" });
    const packer = await run("/usr/bin/packer", ["build", "-color=false", theirs], { cwd: bed.folder });
    expect(packer.code, packer.stdout).toBe(0);
    execFileSync("mv", [mine, at("mine")]);
    const original = unpacked(at("x.box"));
    const plain = (text: string): string =>
      text.replaceAll("null.made", "made").replace(/ after (?:\d+ \w+ ?)+/g, " after TIME");
    expect(plain(kiln.stdout)).toBe(plain(packer.stdout));
    const names = readdirSync(original).sort();
    expect(readdirSync(at("mine")).sort()).toEqual(names);
    for (const name of names) {
      const content = readFileSync(join(at("mine"), name));
      // Packer 1.6.6 did not know about architectures yet.
      if (name === "metadata.json")
        expect({ ...JSON.parse(content.toString()), architecture: undefined }).toEqual(
          JSON.parse(readFileSync(join(original, name), "utf8")),
        );
      else expect(content.equals(readFileSync(join(original, name))), name).toBe(true);
      expect(statSync(join(at("mine"), name)).mode, name).toBe(statSync(join(original, name)).mode);
    }
  });
});

it("leaves nothing of a box after a kill in the middle, and keeps what it is made of", async () => {
  execFileSync("sh", ["-c", "head -c 150000000 /dev/urandom >disk.qcow2"], { cwd: bed.folder });
  const path = template("t.json", ["disk.qcow2"], { provider_override: "libvirt", output: "out/x.box" });
  const killed = await bed.run(["build", "-color=false", path], {
    cwd: bed.folder,
    onOutput: (soFar, kill) => {
      if (soFar.includes("Compressing: box_0.img")) kill("SIGKILL");
    },
  });
  expect(killed.signal).toBe("SIGKILL");
  expect(readdirSync(at("out")).filter((name) => name.startsWith("x.box.part"))).toHaveLength(1);
  const cleaned = await bed.run(["cleanup"]);
  expect(cleaned.stdout).toContain("half-made Vagrant box");
  expect(readdirSync(at("out"))).toEqual([]);
  expect(statSync(at("disk.qcow2")).size).toBe(150_000_000);
});

describe("a full disk", () => {
  it("is said, and leaves no half a box", async () => {
    const small = at("small");
    mkdirSync(small);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", small]);
    try {
      execFileSync("sh", ["-c", "head -c 9000000 /dev/urandom >disk.qcow2"], { cwd: bed.folder });
      const path = template("t.json", ["disk.qcow2"], { provider_override: "libvirt", output: "small/x.box" });
      const full = await bed.run(["build", "-color=false", path], { cwd: bed.folder });
      expect(full.code).toBe(1);
      expect(full.stdout).toMatch(/Unable to write small\/x\.box: .*no space left on device.*Make room/);
      expect(readdirSync(small)).toEqual([]);
      expect(statSync(at("disk.qcow2")).size).toBe(9_000_000);
    } finally {
      execFileSync("umount", [small]);
    }
  });
});

it("says the size of a disk of more than 8 GiB as tar reads it", async () => {
  const size = 9 * 1024 ** 3 + 5;
  const huge = { name: "box_0.img", size, read: () => (async function* (): AsyncGenerator<Uint8Array> {})() };
  for await (const header of tarred([huge], new Date(), () => {})) {
    writeFileSync(at("x.tar"), header);
    break;
  }
  // The bytes themselves are a hole: only the header is looked at.
  truncateSync(at("x.tar"), 512 + Math.ceil(size / 512) * 512 + 1024);
  expect(execFileSync("tar", ["-n", "-tvf", at("x.tar")]).toString()).toMatch(
    new RegExp(`root/root +${size} .* box_0\\.img`),
  );
});
