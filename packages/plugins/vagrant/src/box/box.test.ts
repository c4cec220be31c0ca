import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Artifact, Json, PostProcessContext } from "@kiln/sdk";
import { FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { gzipped } from "./gzip.ts";
import { vagrant } from "./index.ts";
import { ovaMembers } from "./ova.ts";
import { providers } from "./providers/named.ts";

interface Input {
  readonly builderId?: string;
  readonly id?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly state?: Readonly<Record<string, Json>>;
  readonly text?: string;
}
function runOn({
  builderId = "test",
  id = "",
  files = {},
  state = {},
  text = "",
}: Input): PostProcessContext & FakeRun {
  const host = new FakeHost({ files });
  const input: Artifact = {
    builderId,
    id,
    files: Object.keys(files),
    state,
    describe: () => text,
    destroy: async () => {},
  };
  return Object.assign(new FakeRun({ host, buildName: "web" }), { input });
}
const vagrantfileOf = async (provider: string, input: Input): Promise<string | undefined> =>
  (await providers[provider]?.parts(runOn(input)))?.vagrantfile;
const lines = (...inside: readonly string[]): string =>
  `Vagrant.configure("2") do |config|\n${inside.map((line) => `${line}\n`).join("")}end\n`;

describe("a box that points to an image", () => {
  it.each([
    [
      "aws",
      { id: "us-east-1:ami-1,eu-west-1:ami-2" },
      lines(
        '  config.vm.provider "aws" do |aws|',
        '    aws.region_config "us-east-1", ami: "ami-1"',
        '    aws.region_config "eu-west-1", ami: "ami-2"',
        "  end",
      ),
    ],
    [
      "digitalocean",
      { id: "nyc3:12345" },
      lines(
        "  config.vm.provider :digital_ocean do |digital_ocean|",
        '    digital_ocean.image = "12345"',
        '    digital_ocean.region = "nyc3"',
        "  end",
      ),
    ],
    [
      "google",
      { id: 'a"b#{x}' },
      lines("  config.vm.provider :google do |google|", '    google.image = "a\\"b\\#{x}"', "  end"),
    ],
    [
      "docker",
      { id: "sha256:abc" },
      lines("\tconfig.vm.provider :docker do |docker, override|", '\t\tdocker.image = "sha256:abc"', "\tend"),
    ],
    [
      "azure",
      { text: "OSType: Windows\nManagedImageId: /s/x\nManagedImageLocation: westus\n" },
      lines(
        "  config.vm.provider :azure do |azure, override|",
        '    azure.location = "westus"',
        '    azure.vm_managed_image_id = "/s/x"',
        "    override.winrm.transport = :ssl",
        "    override.winrm.port = 5986",
        "  end",
      ),
    ],
  ])("of %s", async (provider, input, expected) => {
    expect(await vagrantfileOf(provider, input)).toBe(expected);
    expect(providers[provider]?.keepsInput).toBe(true);
  });

  it.each([
    ["aws", { id: "nonsense" }, "Poorly formatted artifact ID: nonsense"],
    ["digitalocean", { id: "1" }, "Poorly formatted artifact ID: 1"],
    ["azure", { text: "x" }, "No managed image nor VHD URI found in artifact: x"],
  ])("of %s says what its artifact lacks", async (provider, input, message) => {
    await expect(vagrantfileOf(provider, input)).rejects.toThrow(message);
  });
});

describe("a libvirt box", () => {
  const qcow2 = Uint8Array.of(0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3);

  it("takes the builder's disks in order, and its accelerator", async () => {
    const ctx = runOn({
      files: { "/out/vm": qcow2, "/out/vm-1": qcow2, "/out/efivars.fd": "v" },
      state: { diskName: "vm", diskType: "qcow2", domainType: "tcg" },
    });
    const parts = await providers.libvirt?.parts(ctx);
    expect(parts?.metadata).toEqual({
      provider: "libvirt",
      disks: [
        { path: "box_0.img", format: "qcow2" },
        { path: "box_1.img", format: "qcow2" },
      ],
    });
    expect(parts?.entries.map((e) => e.name)).toEqual(["box_0.img", "box_1.img"]);
    expect(parts?.vagrantfile).toContain('libvirt.driver = "qemu"');
    expect(ctx.ui.lines).toEqual(["    Copying from artifact: /out/vm", "    Copying from artifact: /out/vm-1"]);
  });

  it("looks at files from elsewhere, where Packer crashes", async () => {
    const parts = await providers.libvirt?.parts(
      runOn({ files: { "/a.img": "raw", "/b.img": qcow2, "/sums.txt": "" } }),
    );
    expect(parts?.metadata.disks).toEqual([
      { path: "box_0.img", format: "raw" },
      { path: "box_1.img", format: "qcow2" },
    ]);
    expect(parts?.vagrantfile).toContain('libvirt.driver = "kvm"');
  });

  it.each([
    [{ files: { "/a": "" }, state: { domainType: "vax" } }, "Unknown libvirt domain type: vax"],
    [{}, "no disk for a libvirt box among the artifact's files: there are none"],
  ])("refuses %j", async (input, message) => {
    await expect(vagrantfileOf("libvirt", input)).rejects.toThrow(message);
  });
});

it("keeps the directories that Hyper-V and Parallels look for", async () => {
  const names = async (provider: string, files: readonly string[]): Promise<readonly string[] | undefined> =>
    (await providers[provider]?.parts(runOn({ files: Object.fromEntries(files.map((f) => [f, ""])) })))?.entries.map(
      (e) => e.name,
    );
  expect(await names("hyperv", ["/o/Virtual Machines/a.vmcx", "/o/Virtual Hard Disks/d.vhdx", "/o/x"])).toEqual([
    "Virtual Machines/a.vmcx",
    "Virtual Hard Disks/d.vhdx",
    "x",
  ]);
  expect(await names("parallels", ["/o/m.pvm/h/d.hds", "/o/m.pvm/config.pvs", "/o/log"])).toEqual([
    "m.pvm/h/d.hds",
    "m.pvm/config.pvs",
  ]);
  await expect(names("parallels", ["/o/log"])).rejects.toThrow(
    "no file for the box among the artifact's files: /o/log",
  );
});

describe("VirtualBox", () => {
  it.each([
    [{ "/m.txt": "" }, "ovf file couldn't be found"],
    [{ "/m.ovf": "<Envelope/>" }, "can't find base mac address in OVF"],
    [{ "/m.ova": "not an archive".padEnd(1024) }, "/m.ova is not an OVA: it is no tar archive, or a damaged one"],
    [{ "/m.ova": "" }, "ovf file couldn't be found"],
  ])("refuses %j", async (files, message) => {
    await expect(vagrantfileOf("virtualbox", { files })).rejects.toThrow(message);
  });

  it("reads no more of an OVA than its headers", async () => {
    const host = new FakeHost({ files: { "/x.ova": new Uint8Array(2048) } });
    expect(await ovaMembers("/x.ova", host)).toEqual([]);
  });
});

describe("the post-processor", () => {
  const base = { output: "x.box", vagrantfile_template_generated: false };
  const messages = async (config: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
    const result = await vagrant.prepare({ ...base, ...config }, fakePrepareContext());
    return (result.ok ? result.warnings : result.diagnostics).map((d) => d.summary);
  };

  it.each([
    [{}, []],
    [{ vagrantfile_template: "nope" }, ["vagrantfile_template 'nope' does not exist"]],
    [{ vagrantfile_template: "nope", vagrantfile_template_generated: true }, []],
    [{ compression_level: 12 }, ["compression_level is not between 0 and 9: 12"]],
    [
      { provider_override: "file" },
      [expect.stringMatching(/^The given provider_override file is not valid\. Please choose from one of aws, /)],
    ],
    [
      { override: { docker: { output: 1, foo: "x", compression_level: "3" }, vbox: {}, aws: "x" } },
      [
        "override.docker.output must be text",
        expect.stringMatching(/^override\.docker\.foo is no option that a provider can have/),
        'No box has the provider "vbox": its override is never used',
        "override.aws is not a map of options",
      ],
    ],
  ])("checks %j", async (config, expected) => {
    expect(await messages(config)).toEqual(expected);
  });

  it("uses the options of the provider, and refuses two files of one name", async () => {
    const config = {
      ...base,
      provider_override: "vmware",
      override: { vmware: { output: "/out/{{ .Provider }}.box", compression_level: 0 } },
    };
    const ready = await vagrant.prepare(config, fakePrepareContext());
    if (!ready.ok) throw new Error("not prepared");
    const ctx = runOn({ files: { "/a/disk.vmdk": "D" } });
    const { artifact, keepInput } = await ready.value.run(ctx);
    expect(artifact).toMatchObject({ id: "vmware", files: ["/out/vmware.box"] });
    expect(artifact?.state.boxMetadata).toEqual({ provider: "vmware_desktop", architecture: "amd64" });
    expect(keepInput).toBe(false);
    expect(ctx.journal).toEqual(["intent vagrant.box", "acquired vagrant.box", "kept vagrant.box"]);
    const same = runOn({ files: { "/a/disk.vmdk": "D", "/b/disk.vmdk": "E" } });
    await expect(ready.value.run(same)).rejects.toThrow("two files of the box are named disk.vmdk");
  });

  it("does not know every artifact", async () => {
    const ready = await vagrant.prepare(base, fakePrepareContext());
    if (!ready.ok) throw new Error("not prepared");
    await expect(ready.value.run(runOn({ builderId: "packer.file" }))).rejects.toThrow(
      "Unknown artifact type, can't build box: packer.file",
    );
  });
});

it("compresses anything to what gzip reads", async () => {
  for (const size of [0, 1, 1024 * 1024, 3_500_000]) {
    const plain = size % 2 === 0 ? randomBytes(size) : Buffer.alloc(size, "text ");
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < plain.length; at += 77_777) yield plain.subarray(at, at + 77_777);
    }
    const packed: Uint8Array[] = [];
    for await (const piece of gzipped(pieces(), 6, 4)) packed.push(piece);
    expect(gunzipSync(Buffer.concat(packed)).equals(plain)).toBe(true);
  }
});
