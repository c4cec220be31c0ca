import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ResourceKind } from "@kiln/sdk";
import type { Where } from "../access/where.ts";
import { allSnapshotsOf, deleteSnapshot, deregister, describeImage, imagesNamed } from "../images.ts";
import { clockSkewMs, type Open, openFromEnvironment } from "./open.ts";

/** An image has no client token: it is found by its name, made from this source, not before the intent was written. */
export type ImageIntent = {
  readonly where: Where;
  readonly name: string;
  /** Instance or image that it is made from. */
  readonly source: string;
  readonly after: string;
};
export type ImageRef = { readonly where: Where; readonly id: string };

/** Deregisters an image, finished or not, and deletes its snapshots. `deleted` hears of each. */
export async function removeImage(
  ec2: EC2Client,
  id: string,
  signal: AbortSignal,
  deleted: (snapshot: string) => void = () => {},
): Promise<void> {
  const image = await describeImage(ec2, id, signal);
  const snapshots = await allSnapshotsOf(ec2, id, image, signal);
  await deregister(ec2, id, signal);
  for (const snapshot of snapshots) {
    await deleteSnapshot(ec2, snapshot, signal);
    deleted(snapshot);
  }
}

export function imageKind(open: Open): ResourceKind<ImageIntent, ImageRef> {
  return {
    kind: "amazon.image",
    describe: ({ where, name }, ref) => `machine image ${ref ? `${ref.id} (${name})` : name} in ${where.region}`,
    async find({ where, name, source, after }, access, signal) {
      using amazon = await open(where, access, signal);
      const since = Date.parse(after) - clockSkewMs;
      return (await imagesNamed(amazon.ec2(), name, signal))
        .filter(({ SourceInstanceId, SourceImageId, CreationDate }) => {
          const from = SourceInstanceId ?? SourceImageId;
          if (from !== undefined && from !== source) return false;
          return CreationDate === undefined || Date.parse(CreationDate) >= since;
        })
        .map(({ ImageId = "" }) => ({ where, id: ImageId }));
    },
    async release({ where, id }, access, signal) {
      using amazon = await open(where, access, signal);
      await removeImage(amazon.ec2(), id, signal);
    },
  };
}
export const image = imageKind(openFromEnvironment);
