import type { Artifact, Host } from "@kiln/sdk";

export const boxBuilderId = "mitchellh.post-processor.vagrant";

/** A box file. */
export function boxArtifact(provider: string, path: string, host: Host): Artifact {
  return {
    builderId: boxBuilderId,
    id: provider,
    files: [path],
    state: {},
    describe: () => `'${provider}' provider box: ${path}`,
    destroy: () => host.files.remove(path),
  };
}
