import type { Artifact, Clock } from "@kiln/sdk";
import type { Amazon } from "../access/amazon.ts";
import { deleteSnapshot, deregister, describeImage, snapshotsOf } from "../images.ts";
import { hasCode, retryA, retrying } from "../retry.ts";
import type { SourceData } from "../source-data.ts";

export const builderId = "mitchellh.amazonebs";

/** Region and image id of each image that a build made. */
export type Images = readonly (readonly [region: string, image: string])[];

export interface ArtifactAccess {
  open(signal: AbortSignal): Promise<Amazon>;
  readonly clock: Clock;
}

/** The images as an artifact; it can be destroyed long after the build closed its clients. */
export function imageArtifact(images: Images, source: SourceData, access: ArtifactAccess): Artifact {
  const sorted = images.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { SourceAMITags: _, ...generated } = source;
  return {
    builderId,
    id: sorted.map(([region, image]) => `${region}:${image}`).join(","),
    files: [],
    state: {
      generated_data: generated,
      "atlas.artifact.metadata": Object.fromEntries(sorted.map(([region, image]) => [`region.${region}`, image])),
      "par.artifact.metadata": sorted.map(([region, image]) => ({
        provider_name: "aws",
        image_id: image,
        provider_region: region,
        source_image_id: source.SourceAMI,
        labels: { source_ami_name: source.SourceAMIName },
      })),
    },
    describe: () => `AMIs were created:\n${sorted.map(([region, image]) => `${region}: ${image}\n`).join("")}`,
    async destroy(signal) {
      using amazon = await access.open(signal);
      for (const [region, id] of sorted) {
        const ec2 = amazon.ec2(region);
        const denied = hasCode("UnauthorizedOperation");
        await retrying(access.clock, signal, retryA, denied, async () => {
          const image = await describeImage(ec2, id, signal);
          await deregister(ec2, id, signal);
          for (const snapshot of snapshotsOf(image)) await deleteSnapshot(ec2, snapshot, signal);
        });
      }
    },
  };
}
