import { describe, expect, it } from "vitest";
import { openCloud } from "../testing/cloud-fixture.ts";
import { describeInstance, instanceInState, runningInstance } from "../testing/instances.ts";
import { at, list, type ModelClient, text } from "../testing/model-client.ts";

const data = {
  ImageId: "ami-fce3c696",
  UserData: Buffer.from("#!/bin/sh\n").toString("base64"),
  TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "Packer Builder" }] }],
};

async function template(
  client: ModelClient,
  name: string,
  LaunchTemplateData: Record<string, unknown> = data,
): Promise<string> {
  return text(
    await client.ec2("CreateLaunchTemplate", { LaunchTemplateName: name, LaunchTemplateData }),
    "LaunchTemplate.LaunchTemplateId",
  );
}

const fleet = (id: string, types: readonly string[]): Record<string, unknown> => ({
  Type: "instant",
  LaunchTemplateConfigs: [
    {
      LaunchTemplateSpecification: { LaunchTemplateId: id, Version: "1" },
      Overrides: types.map((InstanceType) => ({ InstanceType, MaxPrice: "0.05" })),
    },
  ],
  TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "spot" },
  SpotOptions: { AllocationStrategy: "lowest-price" },
});

describe("an instant fleet", () => {
  it("launches a spot instance from the template with the first type that fits", async () => {
    await using fixture = await openCloud();
    const { client, machines } = fixture;
    const id = await template(client, "packer-fleet-launch-template-abc");
    const made = await client.ec2("CreateFleet", fleet(id, ["t4g.micro", "t3.micro"]));
    expect(list(made, "Errors")).toMatchObject([{ ErrorCode: "InvalidParameterValue", Lifecycle: "spot" }]);
    const instance = text(made, "Instances.0.InstanceIds.0");
    const running = await instanceInState(client, instance, "running");
    expect(running).toMatchObject({
      InstanceType: "t3.micro",
      InstanceLifecycle: "spot",
      Tags: [{ Key: "Name", Value: "Packer Builder" }],
    });
    expect(machines.find(instance)?.spec.userData).toBeDefined();
    const request = text(running, "SpotInstanceRequestId");
    await client.ec2("CreateTags", { Resources: [request], Tags: [{ Key: "a", Value: "b" }] });
    expect(
      list(
        await client.ec2("DescribeSpotInstanceRequests", { SpotInstanceRequestIds: [request] }),
        "SpotInstanceRequests",
      ),
    ).toMatchObject([{ InstanceId: instance, Tags: [{ Key: "a", Value: "b" }] }]);
    await expect(client.ec2("StopInstances", { InstanceIds: [instance] })).rejects.toMatchObject({
      code: "UnsupportedOperation",
    });
    await client.ec2("DeleteLaunchTemplate", { LaunchTemplateId: id });
    await expect(
      client.ec2("CreateFleet", fleet(id, ["t3.micro"])).then((answer) => list(answer, "Errors")),
    ).resolves.toMatchObject([{ ErrorCode: "InvalidLaunchTemplateId.NotFound" }]);
  });

  it("of another type is refused", async () => {
    await using fixture = await openCloud();
    const id = await template(fixture.client, "other");
    await expect(
      fixture.client.ec2("CreateFleet", { ...fleet(id, ["t3.micro"]), Type: "maintain" }),
    ).rejects.toMatchObject({ code: "UnsupportedOperation" });
  });
});

describe("launch templates", () => {
  it("give RunInstances what it does not say itself", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    await template(client, "base", { ...data, InstanceType: "t3.small", EbsOptimized: true });
    const id = await runningInstance(client, {
      ImageId: undefined,
      InstanceType: "t3.large",
      LaunchTemplate: { LaunchTemplateName: "base" },
    });
    expect(await describeInstance(client, id)).toMatchObject({
      ImageId: "ami-fce3c696",
      InstanceType: "t3.large",
      EbsOptimized: true,
    });
    await expect(template(client, "base")).rejects.toMatchObject({
      code: "InvalidLaunchTemplateName.AlreadyExistsException",
    });
    const listed = await client.ec2("DescribeLaunchTemplates", { LaunchTemplateNames: ["base"] });
    expect(list(listed, "LaunchTemplates")).toMatchObject([{ LaunchTemplateName: "base", LatestVersionNumber: 1 }]);
    const versions = await client.ec2("DescribeLaunchTemplateVersions", {
      LaunchTemplateName: "base",
      Versions: ["$Latest"],
    });
    expect(at(versions, "LaunchTemplateVersions.0.LaunchTemplateData")).toMatchObject({
      ImageId: "ami-fce3c696",
      InstanceType: "t3.small",
    });
    await expect(client.ec2("DescribeLaunchTemplates", { LaunchTemplateIds: ["lt-0"] })).rejects.toMatchObject({
      code: "InvalidLaunchTemplateId.NotFound",
    });
  });
});
