import { constants, privateDecrypt } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openCloud, stateDirectory, until } from "../testing/cloud-fixture.ts";
import { describeInstance, instanceInState, oneInstance, runningInstance } from "../testing/instances.ts";
import { at, list, type ModelClient, text } from "../testing/model-client.ts";

describe("an instance's life", () => {
  it("goes through EC2's states, and shows for a while after its end", async () => {
    let now = Date.UTC(2026, 10, 21);
    const clock = { now: () => now, sleep: async () => {} };
    await using fixture = await openCloud({ clock });
    const { client, machines } = fixture;
    const launched = await client.ec2("RunInstances", oneInstance);
    expect(at(launched, "Instances.0.State")).toEqual({ Code: 0, Name: "pending" });
    expect(at(launched, "Instances.0.PublicIpAddress")).toBeUndefined();
    const id = text(launched, "Instances.0.InstanceId");
    await instanceInState(client, id, "running");
    expect(await client.ec2("StopInstances", { InstanceIds: [id] })).toMatchObject({
      StoppingInstances: [{ CurrentState: { Name: "stopping" }, PreviousState: { Name: "running" } }],
    });
    const stopped = await instanceInState(client, id, "stopped");
    expect(at(stopped, "StateReason.Code")).toBe("Client.UserInitiatedShutdown");
    expect(at(stopped, "PublicIpAddress")).toBeUndefined();
    await client.ec2("StartInstances", { InstanceIds: [id] });
    await instanceInState(client, id, "running");
    await client.ec2("RebootInstances", { InstanceIds: [id] });
    await until(
      async () => machines.find(id)?.boots,
      (boots) => boots === 3,
    );
    expect(text(await client.ec2("GetConsoleOutput", { InstanceId: id }), "Output")).toBe(
      Buffer.from(`machine ${id} booted 3 times\n`).toString("base64"),
    );
    await client.ec2("TerminateInstances", { InstanceIds: [id] });
    await instanceInState(client, id, "terminated");
    await client.ec2("TerminateInstances", { InstanceIds: [id] });
    await expect(client.ec2("StartInstances", { InstanceIds: [id] })).rejects.toMatchObject({
      code: "IncorrectInstanceState",
    });
    now += 3601_000;
    await expect(describeInstance(client, id)).rejects.toMatchObject({ code: "InvalidInstanceID.NotFound" });
  });

  it.each([
    ["stop", "stopped"],
    ["terminate", "terminated"],
  ])("ends from inside as its shutdown behaviour (%s) says", async (InstanceInitiatedShutdownBehavior, state) => {
    await using fixture = await openCloud();
    const id = await runningInstance(fixture.client, { InstanceInitiatedShutdownBehavior });
    fixture.machines.find(id)?.endFromInside("power-off");
    expect(at(await instanceInState(fixture.client, id, state), "StateReason.Code")).toBe(
      "Client.InstanceInitiatedShutdown",
    );
  });

  it("starts again after a reboot from inside, running and at its address all the while", async () => {
    await using fixture = await openCloud();
    const id = await runningInstance(fixture.client);
    const address = text(await describeInstance(fixture.client, id), "PublicIpAddress");
    const machine = fixture.machines.find(id);
    machine?.endFromInside("reboot");
    expect(machine?.state).toBe("stopped");
    await until(
      async () => machine?.state,
      (state) => state === "running",
    );
    const row = await describeInstance(fixture.client, id);
    expect([at(row, "State.Name"), at(row, "PublicIpAddress")]).toEqual(["running", address]);
    expect(machine?.boots).toBe(2);
  });

  it("ends in terminated, with the reason, when the machine does not start", async () => {
    await using fixture = await openCloud();
    fixture.machines.nextFailure = new Error("no memory");
    const id = text(await fixture.client.ec2("RunInstances", oneInstance), "Instances.0.InstanceId");
    const ended = await instanceInState(fixture.client, id, "terminated");
    expect(at(ended, "StateReason")).toEqual({
      Code: "Server.InternalError",
      Message: "The machine did not start: no memory",
    });
  });

  it("ends when the machine will not stop, and is stopped when it will not start again", async () => {
    await using fixture = await openCloud();
    const { client: ec2, machines } = fixture;
    const fail = (id: string): void => {
      const machine = machines.find(id);
      if (machine) machine.nextFailure = new Error("stuck");
    };
    const first = await runningInstance(ec2);
    fail(first);
    await ec2.ec2("StopInstances", { InstanceIds: [first] });
    expect(text(await instanceInState(ec2, first, "terminated"), "StateReason.Message")).toContain("stuck");
    expect(machines.find(first)).toBeUndefined();
    const second = await runningInstance(ec2);
    await ec2.ec2("StopInstances", { InstanceIds: [second] });
    await instanceInState(ec2, second, "stopped");
    fail(second);
    await ec2.ec2("StartInstances", { InstanceIds: [second] });
    const stopped = await until(
      () => describeInstance(ec2, second),
      (found) => text(found, "StateReason.Message").includes("stuck"),
    );
    expect(at(stopped, "State.Name")).toBe("stopped");
    await ec2.ec2("StartInstances", { InstanceIds: [second] });
    await instanceInState(ec2, second, "running");
  });

  it("can be ended while it boots", async () => {
    await using fixture = await openCloud();
    fixture.machines.gate = new Promise(() => {});
    const id = text(await fixture.client.ec2("RunInstances", oneInstance), "Instances.0.InstanceId");
    await terminated(fixture.client, id);
    expect(fixture.machines.running.size).toBe(0);
  });

  it("ends with the cloud: the next process shows it terminated", async () => {
    using state = stateDirectory();
    const first = await openCloud({ directory: state.path });
    const id = await runningInstance(first.client);
    await first[Symbol.asyncDispose]();
    expect(first.machines.running.size).toBe(0);
    await using second = await openCloud({ directory: state.path });
    expect(at(await describeInstance(second.client, id), "State.Name")).toBe("terminated");
  });
});

async function terminated(ec2: ModelClient, id: string): Promise<void> {
  await ec2.ec2("TerminateInstances", { InstanceIds: [id] });
  await instanceInState(ec2, id, "terminated");
}

describe("RunInstances", () => {
  it("makes nothing in a dry run, and says whether it would have", async () => {
    await using fixture = await openCloud();
    await expect(fixture.client.ec2("RunInstances", { ...oneInstance, DryRun: true })).rejects.toMatchObject({
      code: "DryRunOperation",
      status: 412,
    });
    const bad = { ...oneInstance, DryRun: true, IamInstanceProfile: { Name: "nobody" } };
    await expect(fixture.client.ec2("RunInstances", bad)).rejects.toMatchObject({
      code: "InvalidParameterValue",
      message: expect.stringContaining("iamInstanceProfile.name"),
    });
    expect(list(await fixture.client.ec2("DescribeInstances"), "Reservations")).toEqual([]);
    await expect(fixture.client.ec2("DescribeVpcs", { DryRun: true })).rejects.toMatchObject({
      code: "DryRunOperation",
    });
  });

  it("starts one machine for a token that is sent twice", async () => {
    await using fixture = await openCloud();
    const [a, b] = await Promise.all(
      [1, 2].map(() => fixture.client.ec2("RunInstances", { ...oneInstance, ClientToken: "once" })),
    );
    expect(text(a, "Instances.0.InstanceId")).toBe(text(b, "Instances.0.InstanceId"));
    expect(list(await fixture.client.ec2("DescribeInstances"), "Reservations")).toHaveLength(1);
  });

  it("keeps all that it was given", async () => {
    await using fixture = await openCloud();
    const { client: ec2, machines } = fixture;
    const subnet = text(
      await ec2.ec2("DescribeSubnets", { Filters: [{ Name: "availability-zone", Values: ["us-east-1c"] }] }),
      "Subnets.0.SubnetId",
    );
    const group = text(
      await ec2.ec2("DescribeSecurityGroups", { Filters: [{ Name: "group-name", Values: ["default"] }] }),
      "SecurityGroups.0.GroupId",
    );
    const id = await runningInstance(ec2, {
      InstanceType: "t3.small",
      UserData: Buffer.from("#!/bin/sh\n").toString("base64"),
      Placement: { AvailabilityZone: "us-east-1c", Tenancy: "default" },
      EbsOptimized: true,
      EnclaveOptions: { Enabled: false },
      CreditSpecification: { CpuCredits: "unlimited" },
      MetadataOptions: {
        HttpEndpoint: "enabled",
        HttpTokens: "required",
        HttpPutResponseHopLimit: 2,
        InstanceMetadataTags: "enabled",
      },
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          AssociatePublicIpAddress: true,
          SubnetId: subnet,
          Groups: [group],
          DeleteOnTermination: true,
        },
      ],
      LicenseSpecifications: [
        { LicenseConfigurationArn: "arn:aws:license-manager:us-east-1:1:license-configuration:lic-1" },
      ],
      CapacityReservationSpecification: { CapacityReservationPreference: "none" },
      TagSpecifications: [
        { ResourceType: "instance", Tags: [{ Key: "Name", Value: "n" }] },
        { ResourceType: "volume", Tags: [{ Key: "v", Value: "w" }] },
      ],
    });
    expect(await describeInstance(ec2, id)).toMatchObject({
      InstanceType: "t3.small",
      Placement: { AvailabilityZone: "us-east-1c" },
      SubnetId: subnet,
      SecurityGroups: [{ GroupId: group, GroupName: "default" }],
      EbsOptimized: true,
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2, InstanceMetadataTags: "enabled" },
      Tags: [{ Key: "Name", Value: "n" }],
    });
    const spec = machines.find(id)?.spec;
    expect(spec?.userData && Buffer.from(spec.userData).toString()).toBe("#!/bin/sh\n");
    expect(spec?.metadataOptions).toEqual({ enabled: true, tokensRequired: true, hopLimit: 2 });
    const paths = [
      "meta-data/instance-id",
      "meta-data/ami-id",
      "meta-data/placement/region",
      "meta-data/tags/instance/Name",
      "user-data",
      "meta-data/placement",
      "nothing",
    ];
    expect(paths.map((path) => spec?.metadata(`/latest/${path}`))).toEqual([
      id,
      "ami-fce3c696",
      "us-east-1",
      "n",
      "#!/bin/sh\n",
      "availability-zone\nregion",
      undefined,
    ]);
    expect(JSON.parse(spec?.metadata("/latest/dynamic/instance-identity/document") ?? "")).toMatchObject({
      instanceId: id,
      region: "us-east-1",
    });
    const volumes = await ec2.ec2("DescribeVolumes", { Filters: [{ Name: "attachment.instance-id", Values: [id] }] });
    expect(list(volumes, "Volumes")).toMatchObject([{ Tags: [{ Key: "v", Value: "w" }] }]);
    const status = await ec2.ec2("DescribeInstanceStatus", { InstanceIds: [id] });
    expect(at(status, "InstanceStatuses.0.InstanceStatus.Status")).toBe("ok");
  });

  it.each([
    [{ InstanceType: "t9.huge" }, "InvalidParameterValue"],
    [{ InstanceType: "t4g.micro" }, "InvalidParameterValue"],
    [{ KeyName: "nobody" }, "InvalidKeyPair.NotFound"],
    [{ SubnetId: "subnet-00000000" }, "InvalidSubnetID.NotFound"],
    [{ SecurityGroupIds: ["sg-00000000"] }, "InvalidGroup.NotFound"],
    [{ Placement: { AvailabilityZone: "us-east-1z" } }, "InvalidParameterValue"],
    [{ UserData: "$$$" }, "InvalidParameterValue"],
    [{ BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeSize: 4 } }] }, "InvalidBlockDeviceMapping"],
    [
      { BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeSize: 4, VolumeType: "gp2", Iops: 100 } }] },
      "InvalidParameterCombination",
    ],
    [{ MinCount: 2 }, "InvalidParameterValue"],
    [{ PrivateIpAddress: "172.31.0.9" }, "UnknownParameter"],
    [{ TagSpecifications: [{ ResourceType: "image", Tags: [] }] }, "InvalidParameterValue"],
    [
      { TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "aws:x", Value: "" }] }] },
      "InvalidParameterValue",
    ],
  ])("refuses %o", async (input, code) => {
    await using fixture = await openCloud();
    await expect(fixture.client.careless().ec2("RunInstances", { ...oneInstance, ...input })).rejects.toMatchObject({
      code,
      status: 400,
    });
  });
});

describe("GetPasswordData", () => {
  it("gives a password that the key pair's owner alone can read, once the instance runs", async () => {
    await using fixture = await openCloud();
    const { client: ec2, machines } = fixture;
    const privateKey = text(await ec2.ec2("CreateKeyPair", { KeyName: "rsa" }), "KeyMaterial");
    await ec2.ec2("CreateKeyPair", { KeyName: "ed", KeyType: "ed25519" });
    const windows = { ...oneInstance, ImageId: "ami-013e197b" };
    await expect(ec2.ec2("RunInstances", { ...windows, KeyName: "ed" })).rejects.toMatchObject({
      code: "InvalidParameterCombination",
    });
    const gate = Promise.withResolvers<void>();
    machines.gate = gate.promise;
    const InstanceId = text(await ec2.ec2("RunInstances", { ...windows, KeyName: "rsa" }), "Instances.0.InstanceId");
    const password = async (): Promise<string> =>
      text(await ec2.ec2("GetPasswordData", { InstanceId }), "PasswordData");
    expect(await password()).toBe("");
    gate.resolve();
    await instanceInState(ec2, InstanceId, "running");
    const encrypted = Buffer.from(await password(), "base64");
    const plain = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, encrypted).toString();
    expect(plain).toMatch(/^.{32}$/);
    const linux = await runningInstance(ec2, { KeyName: "rsa" });
    expect(text(await ec2.ec2("GetPasswordData", { InstanceId: linux }), "PasswordData")).toBe("");
  });
});

describe("attributes of instances", () => {
  it("that need a stopped machine are refused on a running one", async () => {
    await using fixture = await openCloud();
    const { client: ec2 } = fixture;
    const InstanceId = await runningInstance(ec2);
    const ena = { InstanceId, EnaSupport: { Value: false } };
    await expect(ec2.ec2("ModifyInstanceAttribute", ena)).rejects.toMatchObject({ code: "IncorrectInstanceState" });
    await ec2.ec2("StopInstances", { InstanceIds: [InstanceId] });
    await instanceInState(ec2, InstanceId, "stopped");
    await ec2.ec2("ModifyInstanceAttribute", ena);
    await ec2.ec2("ModifyInstanceAttribute", { InstanceId, SriovNetSupport: { Value: "simple" } });
    await ec2.ec2("ModifyInstanceAttribute", { InstanceId, Attribute: "disableApiTermination", Value: "true" });
    await expect(ec2.ec2("TerminateInstances", { InstanceIds: [InstanceId] })).rejects.toMatchObject({
      code: "OperationNotPermitted",
    });
    for (const [Attribute, Value] of Object.entries({
      enaSupport: false,
      disableApiTermination: true,
      instanceType: "t2.micro",
      instanceInitiatedShutdownBehavior: "stop",
    })) {
      const answer = await ec2.ec2("DescribeInstanceAttribute", { InstanceId, Attribute });
      expect(at(answer, `${Attribute.slice(0, 1).toUpperCase()}${Attribute.slice(1)}.Value`)).toBe(Value);
    }
    await ec2.ec2("ModifyInstanceMetadataOptions", { InstanceId, HttpPutResponseHopLimit: 3 });
    expect(at(await describeInstance(ec2, InstanceId), "MetadataOptions.HttpPutResponseHopLimit")).toBe(3);
  });
});

describe("key pairs", () => {
  it("can be made, imported, shown and deleted", async () => {
    await using fixture = await openCloud();
    const { client: ec2 } = fixture;
    const TagSpecifications = [{ ResourceType: "key-pair", Tags: [{ Key: "a", Value: "b" }] }];
    const rsa = await ec2.ec2("CreateKeyPair", { KeyName: "rsa", KeyType: "rsa", TagSpecifications });
    expect(text(rsa, "KeyMaterial")).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
    expect(text(rsa, "KeyFingerprint")).toMatch(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/);
    expect(() => privateDecrypt(text(rsa, "KeyMaterial"), Buffer.alloc(256))).toThrow();
    const edwards = await ec2.ec2("CreateKeyPair", { KeyName: "ed", KeyType: "ed25519" });
    expect(text(edwards, "KeyMaterial")).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    await expect(ec2.ec2("CreateKeyPair", { KeyName: "ed" })).rejects.toMatchObject({
      code: "InvalidKeyPair.Duplicate",
    });
    const shown = await ec2.ec2("DescribeKeyPairs", { IncludePublicKey: true, KeyNames: ["rsa"] });
    const publicKey = text(shown, "KeyPairs.0.PublicKey");
    const PublicKeyMaterial = Buffer.from(`${publicKey} me@here`).toString("base64");
    const imported = await ec2.ec2("ImportKeyPair", { KeyName: "again", PublicKeyMaterial });
    expect(text(imported, "KeyFingerprint")).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    await expect(ec2.ec2("ImportKeyPair", { KeyName: "bad", PublicKeyMaterial: "AAAA" })).rejects.toMatchObject({
      code: "InvalidKey.Format",
    });
    await ec2.ec2("DeleteKeyPair", { KeyName: "rsa" });
    await ec2.ec2("DeleteKeyPair", { KeyName: "rsa" });
    await expect(ec2.ec2("DescribeKeyPairs", { KeyNames: ["rsa"] })).rejects.toMatchObject({
      code: "InvalidKeyPair.NotFound",
    });
    expect(
      list(await ec2.ec2("DescribeKeyPairs", { Filters: [{ Name: "key-name", Values: ["*"] }] }), "KeyPairs"),
    ).toHaveLength(2);
  });
});
