import type { Artifact } from "@kiln/sdk";

/** A box that a service has. Nothing of it is here, and nothing is taken back. */
export function publishedArtifact(builderId: string, provider: string, tag: string): Artifact {
  return {
    builderId,
    id: "",
    files: [],
    state: {},
    describe: () => `'${provider}': ${tag}`,
    destroy: async () => {},
  };
}
