import { describe, expect, it } from "vitest";
import { launchStoredImage, storedImages } from "../images/shelf.ts";
import { joinLocalCloud } from "../join.ts";
import { openCloud, stateDirectory, until } from "../testing/cloud-fixture.ts";
import { at, list, type ModelClient, text } from "../testing/model-client.ts";

const instance = async (client: ModelClient, id: string): Promise<unknown> =>
  at(await client.ec2("DescribeInstances", { InstanceIds: [id] }), "Reservations.0.Instances.0");
const image = async (client: ModelClient, id: string): Promise<unknown> =>
  at(await client.ec2("DescribeImages", { ImageIds: [id] }), "Images.0");
const inState = (name: string) => (found: unknown) => at(found, "State.Name") === name;

/** Launches from the xenial stand-in and waits until it runs. */
async function started(client: ModelClient, more: Record<string, unknown> = {}): Promise<string> {
  const launched = await client.ec2("RunInstances", {
    ImageId: "ami-fce3c696",
    InstanceType: "t2.micro",
    MinCount: 1,
    MaxCount: 1,
    ...more,
  });
  const id = text(launched, "Instances.0.InstanceId");
  await until(() => instance(client, id), inState("running"));
  return id;
}

describe("the calls of an amazon-ebs build", () => {
  it("make an image that instances start from, in a later process too", async () => {
    using state = stateDirectory();
    const first = await openCloud({ directory: state.path });
    const { client, machines, cloud } = first;
    const tags = [
      { ResourceType: "image", Tags: [{ Key: "Name", Value: "x" }] },
      { ResourceType: "snapshot", Tags: [{ Key: "Name", Value: "y" }] },
    ];
    expect(
      (await client.ec2("DescribeImages", { Owners: ["self"], Filters: [{ Name: "name", Values: ["demo 1"] }] }))
        .Images,
    ).toEqual([]);
    const source = await client.ec2("DescribeImages", {
      Owners: ["099720109477"],
      Filters: [
        { Name: "virtualization-type", Values: ["hvm"] },
        { Name: "name", Values: ["ubuntu/images/*ubuntu-xenial-16.04-amd64-server-*"] },
        { Name: "root-device-type", Values: ["ebs"] },
      ],
    });
    const newest = list(source, "Images").toSorted((a, b) =>
      text(a, "CreationDate") < text(b, "CreationDate") ? 1 : -1,
    )[0];
    expect(text(newest, "ImageId")).toBe("ami-fce3c696");
    expect(text(newest, "Description")).toContain("stand-in");
    const key = await client.ec2("CreateKeyPair", { KeyName: "packer_1", KeyType: "rsa" });
    const group = await client.ec2("CreateSecurityGroup", {
      GroupName: "packer_1",
      Description: "Temporary group for Packer",
    });
    await client.ec2("AuthorizeSecurityGroupIngress", {
      GroupId: group.GroupId,
      IpPermissions: [
        {
          IpProtocol: "tcp",
          FromPort: 22,
          ToPort: 22,
          IpRanges: [{ CidrIp: "0.0.0.0/0" }],
          Ipv6Ranges: [{ CidrIpv6: "::/0" }],
        },
      ],
    });
    const id = await started(client, {
      KeyName: "packer_1",
      SecurityGroupIds: [group.GroupId],
      TagSpecifications: [
        { ResourceType: "instance", Tags: [{ Key: "Name", Value: "Packer Builder" }] },
        { ResourceType: "volume", Tags: [{ Key: "Name", Value: "v" }] },
        { ResourceType: "network-interface", Tags: [{ Key: "Name", Value: "n" }] },
      ],
    });
    const machine = machines.find(id);
    expect(machine?.spec.defaultUser).toBe("ubuntu");
    expect(machine?.spec.authorizedKeys[0]).toMatch(/^ssh-rsa AAAA\S+ packer_1$/);
    expect(at(await instance(client, id), "PublicIpAddress")).toBe(machine?.address);
    machine?.files.set("/home/ubuntu/welcome.txt", "WELCOME TO PACKER!");
    await client.ec2("StopInstances", { InstanceIds: [id] });
    await until(() => instance(client, id), inState("stopped"));
    const made = await client.ec2("CreateImage", { InstanceId: id, Name: "demo 1", TagSpecifications: tags });
    const available = await until(
      () => image(client, text(made, "ImageId")),
      (i) => at(i, "State") === "available",
    );
    expect(at(available, "Tags")).toEqual([{ Key: "Name", Value: "x" }]);
    const snapshotId = text(available, "BlockDeviceMappings.0.Ebs.SnapshotId");
    await client.ec2("TerminateInstances", { InstanceIds: [id] });
    await until(() => instance(client, id), inState("terminated"));
    await client.ec2("DeleteSecurityGroup", { GroupId: group.GroupId });
    await client.ec2("DeleteKeyPair", { KeyName: key.KeyName });
    expect(
      at(
        await client.ec2("DescribeVolumes", { Filters: [{ Name: "attachment.instance-id", Values: [id] }] }),
        "Volumes",
      ),
    ).toEqual([]);
    await expect(client.ec2("CreateImage", { InstanceId: id, Name: "demo 1" })).rejects.toMatchObject({
      code: "InvalidAMIName.Duplicate",
    });
    expect(cloud.images()).toMatchObject([
      { id: made.ImageId, name: "demo 1", state: "available", snapshotIds: [snapshotId] },
    ]);
    await first[Symbol.asyncDispose]();

    await using second = await openCloud({ directory: state.path });
    const again = await started(second.client, { ImageId: made.ImageId });
    expect(second.machines.find(again)?.files.get("/home/ubuntu/welcome.txt")).toBe("WELCOME TO PACKER!");
    // Beside the process that keeps the directory.
    expect(storedImages(state.path)).toMatchObject([{ id: made.ImageId, name: "demo 1" }]);
    const soon = AbortSignal.timeout(5000);
    const shell = await launchStoredImage(state.path, second.machines, "demo 1", soon);
    expect(shell.state).toBe("running");
    await shell.destroy(AbortSignal.timeout(5000));
    await expect(second.client.ec2("DeleteSnapshot", { SnapshotId: snapshotId })).rejects.toMatchObject({
      code: "InvalidSnapshot.InUse",
    });
    const joined = await joinLocalCloud(second.cloud.endpoint, soon);
    await expect(joined?.removeImage("demo 2")).rejects.toThrow("has no image demo 2; it has");
    expect(await joined?.removeImage("demo 1")).toMatchObject({ id: made.ImageId, snapshotIds: [snapshotId] });
    expect(JSON.stringify(await joined?.policy())).toContain("ec2:RunInstances");
    expect(storedImages(state.path)).toEqual([]);
    expect(second.cloud.images()).toEqual([]);
    expect(at(await second.client.ec2("DescribeSnapshots", { OwnerIds: ["self"] }), "Snapshots")).toEqual([]);
  });
});
