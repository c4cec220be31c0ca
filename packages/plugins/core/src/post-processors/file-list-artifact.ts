import type { Artifact, Host } from "@kiln/sdk";

/** An artifact that is a list of local files. */
export function fileListArtifact(builderId: string, files: readonly string[], host: Host): Artifact {
  return {
    builderId,
    id: "",
    files,
    state: {},
    describe: () => `Created artifact from files: ${files.join(", ")}`,
    destroy: async () => {
      for (const file of files) await host.files.removeTree(file);
    },
  };
}
