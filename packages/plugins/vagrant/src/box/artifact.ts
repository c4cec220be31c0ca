import type { Artifact, Host, Json } from "@kiln/sdk";

export const boxBuilderId = "mitchellh.post-processor.vagrant";

/** A box file; its metadata spare those who publish it from reading the whole box. */
export function boxArtifact(
  provider: string,
  path: string,
  boxMetadata: Readonly<Record<string, Json>>,
  host: Host,
): Artifact {
  return {
    builderId: boxBuilderId,
    id: provider,
    files: [path],
    state: { boxMetadata },
    describe: () => `'${provider}' provider box: ${path}`,
    destroy: () => host.files.remove(path),
  };
}
