import { type PostProcessContext, StepError } from "@kiln/sdk";
import { fileEntry } from "../entries.ts";
import type { BoxEntry, Provider } from "../provider.ts";

/** All files of the artifact as they are. */
export const vmware: Provider = copying({ provider: "vmware_desktop" }, (path) => lastName(path));
export const lxc: Provider = copying({ provider: "lxc", version: "1.0.0" }, (path) => lastName(path));

/** A Parallels machine is a directory `NAME.pvm`; nothing else belongs into the box. */
export const parallels: Provider = copying({ provider: "parallels" }, (path) => from(path, /[^/]+\.pvm\/.+$/));

/** Hyper-V finds a machine by these directories. */
export const hyperv: Provider = copying(
  { provider: "hyperv" },
  (path) => from(path, /(?:Virtual Machines|Virtual Hard Disks|Snapshots)\/.+$/) ?? lastName(path),
);

function copying(metadata: Readonly<Record<string, string>>, nameOf: (path: string) => string | undefined): Provider {
  return {
    keepsInput: false,
    async parts(ctx) {
      return { metadata, vagrantfile: "", entries: await entriesOf(ctx, nameOf) };
    },
  };
}

async function entriesOf(
  { input, host, ui }: PostProcessContext,
  nameOf: (path: string) => string | undefined,
): Promise<readonly BoxEntry[]> {
  const entries: BoxEntry[] = [];
  for (const path of input.files) {
    const name = nameOf(path.replaceAll("\\", "/"));
    if (name === undefined) continue;
    ui.message(`Copying: ${path}`);
    entries.push(await fileEntry(path, host, name));
  }
  if (entries.length === 0)
    throw new StepError(
      `no file for the box among the artifact's files: ${input.files.join(", ") || "there are none"}`,
      {
        code: "vagrant/no-file",
      },
    );
  return entries;
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function from(path: string, pattern: RegExp): string | undefined {
  return pattern.exec(path)?.[0];
}
