import { basename } from "node:path";
import { type Host, type PostProcessContext, StepError } from "@kiln/sdk";
import { fileEntry } from "../entries.ts";
import type { BoxEntry, Provider } from "../provider.ts";

/** Disks of a QEMU machine, for vagrant-libvirt. */
export const libvirt: Provider = {
  keepsInput: false,
  async parts(ctx) {
    const { host, input, ui } = ctx;
    const entries: BoxEntry[] = [];
    const disks: { path: string; format: string }[] = [];
    for (const path of diskFiles(ctx)) {
      ui.message(`Copying from artifact: ${path}`);
      const name = `box_${disks.length}.img`;
      entries.push(await fileEntry(path, host, name));
      disks.push({ path: name, format: await formatOf(path, input.state.diskType, host) });
    }
    if (disks.length === 0)
      throw new StepError(
        `no disk for a libvirt box among the artifact's files: ${input.files.join(", ") || "there are none"}`,
        { code: "vagrant/no-disk" },
      );
    return {
      metadata: { provider: "libvirt", disks },
      vagrantfile: `Vagrant.configure("2") do |config|\n  config.vm.provider :libvirt do |libvirt|\n    libvirt.driver = "${driverOf(input.state.domainType)}"\n  end\nend\n`,
      entries,
    };
  },
};

/** The builder names its first disk and starts the others' names with it; of files from elsewhere each is a disk. */
function diskFiles({ input }: PostProcessContext): readonly string[] {
  const { diskName } = input.state;
  if (typeof diskName === "string" && diskName !== "")
    return input.files.filter((path) => basename(path).startsWith(diskName));
  return input.files.filter((path) => !/\.(?:fd|json|sum|checksum|txt|log)$/i.test(path));
}

async function formatOf(path: string, known: unknown, host: Host): Promise<string> {
  if (typeof known === "string" && known !== "") return known;
  for await (const piece of host.files.read(path, { start: 0, end: 4 }))
    return piece[0] === 0x51 && piece[1] === 0x46 && piece[2] === 0x49 && piece[3] === 0xfb ? "qcow2" : "raw";
  return "raw";
}

/** What libvirt should run the machine with, from what QEMU ran it with. */
function driverOf(domainType: unknown): string {
  if (domainType === undefined || domainType === "") return "kvm";
  if (domainType === "kvm") return "kvm";
  if (domainType === "none" || domainType === "tcg" || domainType === "hvf") return "qemu";
  throw new StepError(`Unknown libvirt domain type: ${String(domainType)}`, { code: "vagrant/domain-type" });
}
