import type { Artifact, Files, Host } from "@kiln/sdk";
import type { Settings } from "./settings.ts";

/** The directory with the disks as an artifact. */
export async function diskArtifact(host: Host, settings: Settings, accelerator: string): Promise<Artifact> {
  const { output } = settings;
  return {
    builderId: "transcend.qemu",
    id: "VM",
    files: await filesBelow(host.files, output),
    state: {
      generated_data: {},
      diskName: settings.name,
      diskPaths: [...settings.disks],
      diskType: settings.format,
      diskSize: settings.size,
      domainType: accelerator,
    },
    describe: () => `VM files in directory: ${output}`,
    destroy: () => host.files.removeTree(output),
  };
}

/** Regular files at any depth, sorted as a walk meets them. */
async function filesBelow(files: Files, directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await files.list(directory)) {
    const path = `${directory}/${name}`;
    const stat = await files.stat(path, { link: true });
    if (stat?.kind === "directory") found.push(...(await filesBelow(files, path)));
    else if (stat && stat.kind !== "other") found.push(path);
  }
  return found;
}
