import { describe, expect, it } from "vitest";
import { openCloud, until } from "../testing/cloud-fixture.ts";
import { availableImage, describeInstance, instanceInState, runningInstance } from "../testing/instances.ts";
import { at, list, type ModelClient, text } from "../testing/model-client.ts";

const AvailabilityZone = "us-east-1a";

async function completed(client: ModelClient, id: string): Promise<unknown> {
  return await until(
    async () => at(await client.ec2("DescribeSnapshots", { SnapshotIds: [id] }), "Snapshots.0"),
    (snapshot) => at(snapshot, "State") === "completed",
  );
}

describe("snapshots", () => {
  it("of a machine's root become an image that starts with what the machine had", async () => {
    await using fixture = await openCloud();
    const { client, machines } = fixture;
    const id = await runningInstance(client);
    machines.find(id)?.files.set("/srv/data", "1");
    const root = text(await describeInstance(client, id), "BlockDeviceMappings.0.Ebs.VolumeId");
    const TagSpecifications = [{ ResourceType: "snapshot", Tags: [{ Key: "a", Value: "b" }] }];
    const created = await client.ec2("CreateSnapshot", { VolumeId: root, Description: "Packer", TagSpecifications });
    expect(created).toMatchObject({ State: "pending", VolumeSize: 8, Tags: [{ Key: "a", Value: "b" }] });
    const SnapshotId = text(created, "SnapshotId");
    expect(await completed(client, SnapshotId)).toMatchObject({ Progress: "100%", Description: "Packer" });
    const image = await client.ec2("RegisterImage", {
      Name: "registered",
      RootDeviceName: "/dev/xvda",
      VirtualizationType: "hvm",
      Architecture: "x86_64",
      EnaSupport: true,
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId, VolumeSize: 10 } }],
    });
    const again = await runningInstance(client, { ImageId: text(image, "ImageId") });
    expect(machines.find(again)?.files.get("/srv/data")).toBe("1");
    expect(machines.find(again)?.spec.defaultUser).toBe("ubuntu");
    await expect(client.ec2("DeleteSnapshot", { SnapshotId })).rejects.toMatchObject({
      code: "InvalidSnapshot.InUse",
      message: `The snapshot ${SnapshotId} is currently in use by ${text(image, "ImageId")}`,
    });
  });

  it("of a blank volume register, but start nothing, and say so", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const volume = text(await client.ec2("CreateVolume", { AvailabilityZone, Size: 3 }), "VolumeId");
    const SnapshotId = text(await client.ec2("CreateSnapshot", { VolumeId: volume }), "SnapshotId");
    await completed(client, SnapshotId);
    const mapping = {
      RootDeviceName: "/dev/sda1",
      VirtualizationType: "hvm",
      BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { SnapshotId } }],
    };
    const ImageId = text(await client.ec2("RegisterImage", { Name: "blank", ...mapping }), "ImageId");
    await expect(runningInstance(client, { ImageId })).rejects.toMatchObject({ code: "UnsupportedOperation" });
    await expect(client.ec2("RegisterImage", { Name: "blank", ...mapping })).rejects.toMatchObject({
      code: "InvalidAMIName.Duplicate",
    });
    await expect(
      client.ec2("RegisterImage", { ...mapping, Name: "none", RootDeviceName: "/dev/sdz" }),
    ).rejects.toMatchObject({ code: "InvalidBlockDeviceMapping" });
  });

  it("are shared, copied and removed", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    await availableImage(client, "shared");
    const SnapshotId = text(await client.ec2("DescribeSnapshots", { OwnerIds: ["self"] }), "Snapshots.0.SnapshotId");
    await client.ec2("ModifySnapshotAttribute", {
      SnapshotId,
      CreateVolumePermission: { Add: [{ UserId: "111122223333" }, { Group: "all" }] },
    });
    await client.ec2("ModifySnapshotAttribute", {
      SnapshotId,
      Attribute: "createVolumePermission",
      OperationType: "remove",
      GroupNames: ["all"],
    });
    const permissions = async (): Promise<unknown> =>
      at(
        await client.ec2("DescribeSnapshotAttribute", { SnapshotId, Attribute: "createVolumePermission" }),
        "CreateVolumePermissions",
      );
    expect(await permissions()).toEqual([{ UserId: "111122223333" }]);
    await client.ec2("ResetSnapshotAttribute", { SnapshotId, Attribute: "createVolumePermission" });
    expect(await permissions()).toEqual([]);
    const there = client.in("us-west-2");
    const copy = text(
      await there.ec2("CopySnapshot", { SourceRegion: "us-east-1", SourceSnapshotId: SnapshotId }),
      "SnapshotId",
    );
    await there.ec2("DeleteSnapshot", { SnapshotId: copy });
    await expect(there.ec2("DeleteSnapshot", { SnapshotId: copy })).rejects.toMatchObject({
      code: "InvalidSnapshot.NotFound",
    });
    await expect(client.ec2("DeleteSnapshot", { SnapshotId: "snap-1" })).rejects.toMatchObject({
      code: "InvalidSnapshotID.Malformed",
    });
  });
});

describe("volumes", () => {
  it("are attached, detached and deleted, and refuse what EC2 refuses", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const InstanceId = await runningInstance(client);
    const made = await client.ec2("CreateVolume", {
      AvailabilityZone,
      Size: 2,
      VolumeType: "io1",
      Iops: 100,
      Encrypted: true,
    });
    const VolumeId = text(made, "VolumeId");
    await expect(client.ec2("AttachVolume", { VolumeId, InstanceId, Device: "/dev/sda1" })).rejects.toMatchObject({
      code: "InvalidParameterValue",
    });
    expect(await client.ec2("AttachVolume", { VolumeId, InstanceId, Device: "/dev/sdf" })).toMatchObject({
      State: "attaching",
    });
    await expect(client.ec2("AttachVolume", { VolumeId, InstanceId, Device: "/dev/sdg" })).rejects.toMatchObject({
      code: "VolumeInUse",
    });
    await expect(client.ec2("DeleteVolume", { VolumeId })).rejects.toMatchObject({ code: "VolumeInUse" });
    const found = await client.ec2("DescribeVolumes", {
      Filters: [{ Name: "attachment.device", Values: ["/dev/sdf"] }],
    });
    expect(list(found, "Volumes")).toMatchObject([
      { VolumeId, Iops: 100, Attachments: [{ InstanceId, State: "attached" }] },
    ]);
    await client.ec2("ModifyInstanceAttribute", {
      InstanceId,
      BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { DeleteOnTermination: true } }],
    });
    expect(await client.ec2("DetachVolume", { VolumeId })).toMatchObject({ State: "detaching", InstanceId });
    await expect(client.ec2("DetachVolume", { VolumeId })).rejects.toMatchObject({ code: "IncorrectState" });
    await client.ec2("DeleteVolume", { VolumeId });
    await expect(client.ec2("DeleteVolume", { VolumeId })).rejects.toMatchObject({ code: "InvalidVolume.NotFound" });
    await client.ec2("TerminateInstances", { InstanceIds: [InstanceId] });
    await instanceInState(client, InstanceId, "terminated");
  });

  it.each([
    [{ Size: 1, VolumeType: "gp2", Iops: 100 }, "InvalidParameterCombination"],
    [{ Size: 1, VolumeType: "io2" }, "MissingParameter"],
    [{}, "MissingParameter"],
    [{ Size: 1, AvailabilityZone: "eu-west-1a" }, "InvalidParameterValue"],
    [{ SnapshotId: "snap-00000000000000000" }, "InvalidSnapshot.NotFound"],
  ])("refuses %o", async (input, code) => {
    await using fixture = await openCloud();
    await expect(fixture.client.ec2("CreateVolume", { AvailabilityZone, ...input })).rejects.toMatchObject({ code });
  });
});
