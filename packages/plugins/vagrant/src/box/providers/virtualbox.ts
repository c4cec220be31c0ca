import { basename } from "node:path";
import { type PostProcessContext, StepError } from "@kiln/sdk";
import { fileEntry, textEntry } from "../entries.ts";
import { ovaMembers } from "../ova.ts";
import type { BoxEntry, Provider } from "../provider.ts";

/** An exported VirtualBox machine, as OVF with its disks or as OVA. */
export const virtualbox: Provider = {
  keepsInput: false,
  async parts(ctx) {
    const entries: BoxEntry[] = [];
    for (const file of ctx.input.files) entries.push(...(await entriesOf(file, ctx)));
    ctx.ui.message("Renaming the OVF to box.ovf...");
    const ovf = entries.find((entry) => entry.name.endsWith(".ovf"));
    if (!ovf) throw new StepError("ovf file couldn't be found", { code: "vagrant/no-ovf" });
    const text = await textOf(ovf);
    const mac = firstMac(text);
    return {
      metadata: { provider: "virtualbox" },
      vagrantfile: `Vagrant.configure("2") do |config|\n  config.vm.base_mac = "${mac}"\nend\n`,
      entries: entries.map((entry) => (entry === ovf ? textEntry("box.ovf", text) : entry)),
    };
  },
};

async function entriesOf(file: string, { host, ui }: PostProcessContext): Promise<readonly BoxEntry[]> {
  if (!file.toLowerCase().endsWith(".ova")) {
    ui.message(`Copying from artifact: ${file}`);
    return [await fileEntry(file, host)];
  }
  ui.message(`Unpacking OVA: ${file}`);
  return (await ovaMembers(file, host)).map(({ name, size, start }) => ({
    name: basename(name),
    size,
    read: () => (size === 0 ? nothing() : host.files.read(file, { start, end: start + size })),
  }));
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function textOf(entry: BoxEntry): Promise<string> {
  if (entry.size > 16 * 1024 * 1024)
    throw new StepError(`the OVF ${entry.name} is too large to be one: ${entry.size} bytes`, {
      code: "vagrant/no-ovf",
    });
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of entry.read()) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** Vagrant gives the address of the first network adapter to the machines it makes. */
function firstMac(ovf: string): string {
  const adapters = [...ovf.matchAll(/<(?:\w+:)?Adapter\b[^>]*>/g)].map(([tag]) => tag);
  const first = adapters.find((tag) => /\bslot="0"/.test(tag) && /\bMACAddress=/.test(tag)) ?? adapters[0] ?? "";
  const mac = /\bMACAddress="([^"]+)"/.exec(first)?.[1];
  if (!mac) throw new StepError("can't find base mac address in OVF", { code: "vagrant/no-mac" });
  return mac;
}
