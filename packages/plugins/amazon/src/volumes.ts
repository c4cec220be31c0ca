import { DeleteVolumeCommand, DescribeVolumesCommand, type EC2Client, type Instance } from "@aws-sdk/client-ec2";
import { hasCode } from "./retry.ts";

/** Volumes of an instance that nobody asked for by a launch mapping: they are nobody's once it is gone. */
export function extraVolumes(instance: Instance, mapped: readonly string[]): readonly string[] {
  return (instance.BlockDeviceMappings ?? []).flatMap(({ DeviceName = "", Ebs }) =>
    Ebs?.VolumeId && !mapped.includes(DeviceName) ? [Ebs.VolumeId] : [],
  );
}

/** Those of the volumes that are still there and attached to nothing. */
export async function looseVolumes(
  ec2: EC2Client,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const command = new DescribeVolumesCommand({ Filters: [{ Name: "volume-id", Values: [...ids] }] });
  const { Volumes = [] } = await ec2.send(command, { abortSignal: signal });
  return Volumes.flatMap(({ VolumeId, State }) => (VolumeId && State === "available" ? [VolumeId] : []));
}

export async function deleteVolume(ec2: EC2Client, id: string, signal: AbortSignal): Promise<void> {
  try {
    await ec2.send(new DeleteVolumeCommand({ VolumeId: id }), { abortSignal: signal });
  } catch (thrown) {
    if (!hasCode("InvalidVolume.NotFound")(thrown)) throw thrown;
  }
}
