import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openCloud, stateDirectory, until } from "../testing/cloud-fixture.ts";
import { availableImage, describeImage, imageInState, instanceInState, runningInstance } from "../testing/instances.ts";
import { at, list, text } from "../testing/model-client.ts";

describe("CreateImage", () => {
  it("stops a running machine meanwhile, unless told not to", async () => {
    await using fixture = await openCloud();
    const { client, machines } = fixture;
    const id = await runningInstance(client);
    await availableImage(client, "with reboot", id);
    await until(
      async () => machines.find(id)?.state,
      (state) => state === "running",
    );
    expect(machines.find(id)?.boots).toBe(2);
    const image = await client.ec2("CreateImage", { InstanceId: id, Name: "without", NoReboot: true });
    await imageInState(client, text(image, "ImageId"), "available");
    expect(machines.find(id)?.boots).toBe(2);
  });

  it("fails visibly when the machine cannot be captured, and leaves the name free and nothing on disk", async () => {
    await using fixture = await openCloud();
    const { client, machines, directory } = fixture;
    const id = await runningInstance(client);
    machines.nextFailure = new Error("no space left on device");
    const failed = text(await client.ec2("CreateImage", { InstanceId: id, Name: "taken" }), "ImageId");
    const image = await imageInState(client, failed, "failed");
    expect(at(image, "StateReason.Message")).toBe("no space left on device");
    expect(readdirSync(join(directory, "layers"))).toEqual([]);
    await availableImage(client, "taken", id);
  });

  it("leaves no half image when the process ends in the middle, and sweeps what was captured", async () => {
    using state = stateDirectory();
    const first = await openCloud({ directory: state.path });
    const id = await runningInstance(first.client);
    first.machines.gate = new Promise(() => {});
    const pending = text(
      await first.client.ec2("CreateImage", { InstanceId: id, Name: "half", NoReboot: true }),
      "ImageId",
    );
    expect(at(await describeImage(first.client, pending), "State")).toBe("pending");
    await first[Symbol.asyncDispose]();
    mkdirSync(join(state.path, "layers", "snap-00000000000000000"), { recursive: true });

    await using second = await openCloud({ directory: state.path });
    await expect(describeImage(second.client, pending)).rejects.toMatchObject({ code: "InvalidAMIID.NotFound" });
    expect(list(await second.client.ec2("DescribeSnapshots"), "Snapshots")).toEqual([]);
    await until(
      async () => existsSync(join(state.path, "layers", "snap-00000000000000000")),
      (there) => !there,
    );
    await availableImage(second.client, "half");
  });

  it("keeps tags and attributes that were given while it was pending", async () => {
    await using fixture = await openCloud();
    const { client, machines } = fixture;
    const id = await runningInstance(client);
    const gate = Promise.withResolvers<void>();
    machines.gate = gate.promise;
    const image = text(await client.ec2("CreateImage", { InstanceId: id, Name: "tagged", NoReboot: true }), "ImageId");
    await client.ec2("CreateTags", { Resources: [image], Tags: [{ Key: "k", Value: "v" }] });
    await client.ec2("ModifyImageAttribute", { ImageId: image, Description: { Value: "later" } });
    gate.resolve();
    expect(await imageInState(client, image, "available")).toMatchObject({
      Tags: [{ Key: "k", Value: "v" }],
      Description: "later",
    });
  });

  it.each([
    ["no", "InvalidAMIName.Malformed"],
    ["semi;colon", "InvalidAMIName.Malformed"],
    ["x".repeat(129), "InvalidAMIName.Malformed"],
  ])("refuses the name %s", async (name, code) => {
    await using fixture = await openCloud();
    const id = await runningInstance(fixture.client);
    await expect(fixture.client.careless().ec2("CreateImage", { InstanceId: id, Name: name })).rejects.toMatchObject({
      code,
    });
  });

  it("says how to get rid of the image whose name is taken", async () => {
    await using fixture = await openCloud();
    const image = await availableImage(fixture.client, "twice");
    await expect(availableImage(fixture.client, "twice")).rejects.toMatchObject({
      code: "InvalidAMIName.Duplicate",
      message: expect.stringContaining(`kiln rehearse -remove-image ${image}`),
    });
    // Names are a region's own.
    await availableImage(
      fixture.client.in("eu-west-1"),
      "twice",
      await runningInstance(fixture.client.in("eu-west-1"), {
        ImageId: await someUbuntu(fixture.client.in("eu-west-1")),
      }),
    );
  });

  it("maps further volumes, overridden devices and the machine's terminated state as EC2 does", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const id = await runningInstance(client, {
      BlockDeviceMappings: [
        {
          DeviceName: "/dev/sda1",
          Ebs: { VolumeSize: 20, VolumeType: "gp3", Throughput: 200, DeleteOnTermination: true },
        },
        { DeviceName: "/dev/xvdf", Ebs: { VolumeSize: 5, Encrypted: true, DeleteOnTermination: false } },
        { DeviceName: "/dev/xvdca", NoDevice: "" },
      ],
    });
    const BlockDeviceMappings = [{ DeviceName: "/dev/sdh", VirtualName: "ephemeral0" }];
    const image = text(
      await client.ec2("CreateImage", { InstanceId: id, Name: "volumes", BlockDeviceMappings }),
      "ImageId",
    );
    const made = await imageInState(client, image, "available");
    expect(at(made, "BlockDeviceMappings")).toMatchObject([
      { DeviceName: "/dev/sda1", Ebs: { VolumeSize: 20, VolumeType: "gp3", Throughput: 200 } },
      { DeviceName: "/dev/xvdf", Ebs: { VolumeSize: 5, Encrypted: true } },
      { DeviceName: "/dev/sdh", VirtualName: "ephemeral0" },
    ]);
    await client.ec2("TerminateInstances", { InstanceIds: [id] });
    await instanceInState(client, id, "terminated");
    const left = list(await client.ec2("DescribeVolumes"), "Volumes");
    expect(left).toMatchObject([{ Size: 5, State: "available" }]);
    await client.ec2("DeleteVolume", { VolumeId: text(left[0], "VolumeId") });
    await expect(client.ec2("CreateImage", { InstanceId: id, Name: "gone" })).rejects.toMatchObject({
      code: "InvalidParameterValue",
      message: expect.stringContaining("Instance is not in state"),
    });
  });
});

async function someUbuntu(client: Parameters<typeof describeImage>[0]): Promise<string> {
  const Filters = [{ Name: "name", Values: ["ubuntu/images/*ubuntu-jammy-22.04-amd64-server-*"] }];
  return text(await client.ec2("DescribeImages", { Filters }), "Images.0.ImageId");
}

describe("DescribeImages", () => {
  it("shows deprecated images of others only when asked, and own ones always", async () => {
    let now = Date.UTC(2026, 10, 21);
    const clock = { now: () => now, sleep: async () => {} };
    await using fixture = await openCloud({ clock });
    const { client } = fixture;
    const image = await availableImage(client, "old");
    await expect(
      client.ec2("EnableImageDeprecation", { ImageId: image, DeprecateAt: "2020-01-01T00:00:00.000Z" }),
    ).rejects.toMatchObject({ code: "InvalidParameterValue" });
    await client.ec2("EnableImageDeprecation", { ImageId: image, DeprecateAt: "2026-12-01T10:20:31.000Z" });
    expect(at(await describeImage(client, image), "DeprecationTime")).toBe("2026-12-01T10:21:00.000Z");
    now = Date.UTC(2027, 0, 1);
    const self = await client.ec2("DescribeImages", { Owners: ["self"], Filters: [{ Name: "name", Values: ["old"] }] });
    expect(list(self, "Images")).toHaveLength(1);
    await client.ec2("DisableImageDeprecation", { ImageId: image });
    expect(at(await describeImage(client, image), "DeprecationTime")).toBeUndefined();
  });

  it("pages through all, without losing one", async () => {
    await using fixture = await openCloud();
    const all = list(await fixture.client.ec2("DescribeImages"), "Images").map((image) => image["ImageId"]);
    expect(new Set(all).size).toBe(all.length);
    const paged: unknown[] = [];
    for (let token: unknown, first = true; first || token !== undefined; first = false) {
      const answer = await fixture.client.ec2("DescribeImages", {
        MaxResults: 40,
        ...(token !== undefined && { NextToken: token }),
      });
      paged.push(...list(answer, "Images").map((image) => image["ImageId"]));
      token = at(answer, "NextToken");
    }
    expect(paged).toEqual(all);
  });

  it.each([
    ["ami-123", "InvalidAMIID.Malformed"],
    ["ami-00000000000000000", "InvalidAMIID.NotFound"],
  ])("refuses the id %s", async (id, code) => {
    await using fixture = await openCloud();
    await expect(describeImage(fixture.client, id)).rejects.toMatchObject({ code, status: 400 });
  });

  it("stands in for any id where that was asked for, but not for one that was removed here", async () => {
    await using fixture = await openCloud({ unknownImageUser: "centos" });
    const { client, machines } = fixture;
    const id = await runningInstance(client, { ImageId: "ami-0123456789abcdef0" });
    expect(machines.find(id)?.spec.defaultUser).toBe("centos");
    expect(at(await describeImage(client, "ami-0123456789abcdef0"), "Description")).toContain("stand-in");
    const image = await availableImage(client, "short-lived", id);
    await client.ec2("DeregisterImage", { ImageId: image });
    await expect(describeImage(client, image)).rejects.toMatchObject({ code: "InvalidAMIID.NotFound" });
  });
});

describe("CopyImage", () => {
  it("shares the file system across regions: the copy starts after its source and its snapshots are gone", async () => {
    await using fixture = await openCloud();
    const { client, machines, directory, cloud } = fixture;
    const there = client.in("eu-west-1");
    const id = await runningInstance(client);
    machines.find(id)?.files.set("/etc/motd", "hello");
    const source = await availableImage(client, "source", id);
    await client.ec2("CreateTags", { Resources: [source], Tags: [{ Key: "team", Value: "a" }] });
    const copy = {
      SourceImageId: source,
      SourceRegion: "us-east-1",
      Name: "copy",
      Encrypted: true,
      KmsKeyId: "alias/k",
    };
    const copied = text(await there.ec2("CopyImage", { ...copy, CopyImageTags: true, ClientToken: "t1" }), "ImageId");
    expect(text(await there.ec2("CopyImage", { ...copy, CopyImageTags: true, ClientToken: "t1" }), "ImageId")).toBe(
      copied,
    );
    await expect(there.ec2("CopyImage", { ...copy, Name: "other", ClientToken: "t1" })).rejects.toMatchObject({
      code: "IdempotentParameterMismatch",
    });
    const image = await imageInState(there, copied, "available");
    expect(image).toMatchObject({
      Tags: [{ Key: "team", Value: "a" }],
      SourceImageId: source,
      SourceImageRegion: "us-east-1",
    });
    expect(at(image, "BlockDeviceMappings.0.Ebs")).toMatchObject({ Encrypted: true, KmsKeyId: "alias/k" });
    expect(readdirSync(join(directory, "layers"))).toHaveLength(1);
    await cloud.removeImage(source);
    expect(readdirSync(join(directory, "layers"))).toHaveLength(1);
    const started = await runningInstance(there, { ImageId: copied });
    expect(machines.find(started)?.files.get("/etc/motd")).toBe("hello");
    await cloud.removeImage(copied);
    expect(readdirSync(join(directory, "layers"))).toHaveLength(1);
    await there.ec2("TerminateInstances", { InstanceIds: [started] });
    await instanceInState(there, started, "terminated");
    await until(
      async () => readdirSync(join(directory, "layers")),
      (left) => left.length === 0,
    );
  });

  it("refuses what is not there, not ready or inconsistent", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const copy = { SourceImageId: "ami-00000000000000000", SourceRegion: "us-west-2", Name: "copy" };
    await expect(client.ec2("CopyImage", copy)).rejects.toMatchObject({ code: "InvalidAMIID.NotFound" });
    await expect(client.ec2("CopyImage", { ...copy, SourceRegion: "moon-1" })).rejects.toMatchObject({
      code: "InvalidParameterValue",
    });
    const image = await availableImage(client, "here");
    const kms = { SourceImageId: image, SourceRegion: "us-east-1", Name: "copy", KmsKeyId: "k" };
    await expect(client.ec2("CopyImage", kms)).rejects.toMatchObject({ code: "InvalidParameterCombination" });
  });
});

describe("attributes of images", () => {
  it("are what DescribeImageAttribute shows, whichever way they were set", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const ImageId = await availableImage(client, "attributes");
    const permission = async (): Promise<unknown> =>
      at(await client.ec2("DescribeImageAttribute", { ImageId, Attribute: "launchPermission" }), "LaunchPermissions");
    const Add = [
      { UserId: "111122223333" },
      { Group: "all" },
      { OrganizationArn: "arn:aws:organizations::1:organization/o-1" },
    ];
    await client.ec2("ModifyImageAttribute", { ImageId, LaunchPermission: { Add } });
    await client.ec2("ModifyImageAttribute", {
      ImageId,
      Attribute: "launchPermission",
      OperationType: "add",
      UserIds: ["444455556666"],
    });
    expect(await permission()).toEqual([
      { Group: "all" },
      { UserId: "111122223333" },
      { UserId: "444455556666" },
      { OrganizationArn: "arn:aws:organizations::1:organization/o-1" },
    ]);
    expect(at(await describeImage(client, ImageId), "Public")).toBe(true);
    await client.ec2("ModifyImageAttribute", {
      ImageId,
      Attribute: "launchPermission",
      OperationType: "remove",
      UserGroups: ["all"],
    });
    await client.ec2("ResetImageAttribute", { ImageId, Attribute: "launchPermission" });
    expect(await permission()).toEqual([]);
    await client.ec2("ModifyImageAttribute", { ImageId, ProductCodes: ["abc"], ImdsSupport: { Value: "v2.0" } });
    expect(await describeImage(client, ImageId)).toMatchObject({
      ImdsSupport: "v2.0",
      ProductCodes: [{ ProductCodeId: "abc" }],
    });
    for (const Attribute of [
      "description",
      "productCodes",
      "blockDeviceMapping",
      "sriovNetSupport",
      "bootMode",
      "tpmSupport",
      "imdsSupport",
      "kernel",
      "ramdisk",
    ]) {
      expect(at(await client.ec2("DescribeImageAttribute", { ImageId, Attribute }), "ImageId")).toBe(ImageId);
    }
    await expect(
      client.ec2("ModifyImageAttribute", { ImageId, LaunchPermission: { Add: [{ UserId: "me" }] } }),
    ).rejects.toMatchObject({ code: "InvalidAMIAttributeItemValue" });
    await expect(
      client.ec2("ModifyImageAttribute", { ImageId: "ami-fce3c696", Description: { Value: "x" } }),
    ).rejects.toMatchObject({ code: "AuthFailure" });
  });

  it("protect from deregistration until that is lifted", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    const ImageId = await availableImage(client, "protected");
    await client.ec2("EnableImageDeregistrationProtection", { ImageId, WithCooldown: true });
    await expect(client.ec2("DeregisterImage", { ImageId })).rejects.toMatchObject({ code: "OperationNotPermitted" });
    await client.ec2("DisableImageDeregistrationProtection", { ImageId });
    await client.ec2("DisableImage", { ImageId });
    await expect(runningInstance(client, { ImageId })).rejects.toMatchObject({ code: "InvalidAMIID.Unavailable" });
    await client.ec2("EnableImage", { ImageId });
    const removed = await client.ec2("DeregisterImage", { ImageId, DeleteAssociatedSnapshots: true });
    expect(list(removed, "DeleteSnapshotResults")).toHaveLength(1);
    expect(list(await client.ec2("DescribeSnapshots"), "Snapshots")).toEqual([]);
    await expect(client.ec2("DeregisterImage", { ImageId: "ami-fce3c696" })).rejects.toMatchObject({
      code: "AuthFailure",
    });
    await expect(
      client.ec2("EnableFastLaunch", { ImageId: await availableImage(client, "linux") }),
    ).rejects.toMatchObject({ code: "InvalidParameterValue" });
    expect(list(await client.ec2("DescribeFastLaunchImages"), "FastLaunchImages")).toEqual([]);
  });
});
