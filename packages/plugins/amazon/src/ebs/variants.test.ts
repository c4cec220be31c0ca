import { CancelledError } from "@kiln/sdk";
import { describe, expect, it } from "vitest";
import { baseImage, type Handler } from "../testing/fake-aws.ts";
import { Refusal } from "../testing/fake-transport.ts";
import { plain, runEbs } from "../testing/run-ebs.ts";
import { testKey } from "../testing/test-key.ts";

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const after = (lines: readonly string[], first: string): readonly string[] =>
  lines.slice(lines.findIndex((line) => line.includes(first)));

describe("tags", () => {
  it("prints the lines of the immutable-servers listing", async () => {
    const { lines, aws } = await runEbs({
      ...plain,
      associate_public_ip_address: true,
      tags: { source: "packer", Name: "packer.my_test_machine.1" },
    });
    expect(aws.problems).toEqual([]);
    expect(after(lines, "Waiting for AMI")).toEqual([
      "==> Waiting for AMI to become ready...",
      "==> Adding tags to AMI (ami-4)...",
      "==> Tagging snapshot: snap-5",
      "==> Creating AMI tags",
      '    Adding tag: "source": "packer"',
      '    Adding tag: "Name": "packer.my_test_machine.1"',
      "==> Creating snapshot tags",
      "==> Terminating the source AWS instance...",
      "==> Cleaning up any extra volumes...",
      "==> No volumes to clean up, skipping",
      "==> Deleting temporary security group...",
      "==> Deleting temporary keypair...",
    ]);
    expect(lines.join("\n")).not.toContain("subnet");
  });

  it("puts run tags on all that is made, but the default name only on the machine", async () => {
    const { aws, lines } = await runEbs({ ...plain, run_tags: { team: "x" } });
    type Specification = { readonly ResourceType: string; readonly Tags: unknown };
    const specified = (action: string) =>
      ((aws.inputs(action)[0]?.["TagSpecifications"] ?? []) as readonly Specification[]).map((s) => [
        s.ResourceType,
        s.Tags,
      ]);
    const team = { Key: "team", Value: "x" };
    expect(specified("CreateKeyPair")).toEqual([["key-pair", [team]]]);
    expect(specified("CreateSecurityGroup")).toEqual([["security-group", [team]]]);
    const named = [team, { Key: "Name", Value: "Packer Builder" }];
    expect(specified("RunInstances")).toEqual([
      ["instance", named],
      ["network-interface", named],
    ]);
    expect(specified("CreateImage")).toEqual([
      ["image", [team]],
      ["snapshot", [team]],
    ]);
    expect(lines).toContain("==> Attaching run tags to AMI...");
    expect((await runEbs(plain)).aws.inputs("CreateImage")[0]).not.toHaveProperty("TagSpecifications");
  });

  it("tags after the launch in China", async () => {
    const DescribeRegions: Handler = () => ({ Regions: [{ RegionName: "cn-north-1" }] });
    const { aws, error } = await runEbs({ ...plain, region: "cn-north-1" }, { handlers: { DescribeRegions } });
    expect(error).toBeUndefined();
    expect(aws.inputs("RunInstances")[0]).not.toHaveProperty("TagSpecifications");
    expect(aws.inputs("CreateTags")).toEqual([
      { Resources: ["i-00000000000000002"], Tags: [{ Key: "Name", Value: "Packer Builder" }] },
    ]);
    expect(aws.calls[0]?.host).toMatch(/\.amazonaws\.com\.cn$/);
  });
});

describe("copies", () => {
  const everywhere = {
    ...plain,
    ami_regions: ["us-west-2", "eu-central-1"],
    encrypt_boot: true,
    kms_key_id: "alias/east",
    region_kms_key_ids: { "us-west-2": "alias/west", "eu-central-1": "" },
  };

  it("encrypts by copying an intermediary image that goes away", async () => {
    const { aws, lines, artifact, error } = await runEbs(everywhere);
    expect(error).toBeUndefined();
    expect(aws.problems).toEqual([]);
    const name = aws.inputs("CreateImage")[0]?.["Name"];
    expect(name).toMatch(/^[A-Za-z0-9]{7}$/);
    const copies = aws.calls.filter((call) => call.action === "CopyImage");
    const keys = Object.fromEntries(copies.map((call) => [call.region, call.input["KmsKeyId"]]));
    expect(keys).toEqual({ "us-west-2": "alias/west", "eu-central-1": undefined, "us-east-1": "alias/east" });
    expect(copies.every((call) => call.input["Name"] === plain.ami_name)).toBe(true);
    expect(copies.every((call) => call.input["Encrypted"] === true)).toBe(true);
    expect(artifact?.id.split(",").map((pair) => pair.split(":")[0])).toEqual([
      "eu-central-1",
      "us-east-1",
      "us-west-2",
    ]);
    expect(lines).toEqual(
      expect.arrayContaining([
        "==> Copying/Encrypting AMI (ami-4) to other regions...",
        "    Copying to: us-west-2",
        "    Waiting for all copies to complete...",
        "==> Deregistering the AMI and deleting unencrypted temporary AMIs and snapshots",
        "==> Deregistered AMI id: ami-4",
      ]),
    );
    expect(aws.left()).toHaveLength(6);
    expect(lines.indexOf("==> Deregistered AMI id: ami-4")).toBeLessThan(
      lines.indexOf("==> Terminating the source AWS instance..."),
    );
  });

  it("removes all copies when one of them fails", async () => {
    const CopyImage: Handler = (call, aws) => {
      if (call.region === "eu-central-1") throw new Refusal("ResourceLimitExceeded", "too many copies");
      const ImageId = aws.id("ami");
      aws.images.set(ImageId, { ...baseImage, ImageId, OwnerId: "123456789012" });
      return { ImageId };
    };
    const { aws, error } = await runEbs(everywhere, { handlers: { CopyImage } });
    expect(error?.message).toContain("to region (eu-central-1): ResourceLimitExceeded: too many copies");
    expect(aws.left()).toEqual([]);
  });

  it("asks the copies' regions for their own images", async () => {
    const { aws } = await runEbs({ ...plain, ami_regions: ["us-west-2"], tags: { a: "b" }, force_deregister: true });
    for (const action of ["CreateTags", "DescribeImages", "CopyImage"]) {
      expect(aws.calls.some((call) => call.action === action && call.region === "us-west-2")).toBe(true);
    }
  });
});

describe("other ways to build", () => {
  it("requests a spot instance through a launch template and a fleet", async () => {
    const CreateFleet: Handler = (call, aws) => {
      if (aws.inputs("CreateFleet").length > 1) return aws.usual(call);
      return { Errors: [{ ErrorCode: "InsufficientInstanceCapacity", ErrorMessage: "none left" }] };
    };
    const { aws, lines, error } = await runEbs(
      { ...plain, spot_price: "auto", spot_tags: { s: "t" } },
      { handlers: { CreateFleet } },
    );
    expect(error).toBeUndefined();
    expect(aws.problems).toEqual([]);
    expect(aws.inputs("CreateFleet")).toHaveLength(2);
    expect(aws.inputs("CreateFleet")[0]).toMatchObject({
      Type: "instant",
      TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "spot" },
      LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateId: "lt-1", Version: "1" } }],
    });
    expect(aws.inputs("CreateTags")).toEqual([
      { Resources: ["sir-1"], Tags: [{ Key: "s", Value: "t" }] },
      { Resources: [expect.stringMatching(/^i-/)], Tags: [{ Key: "Name", Value: "Packer Builder" }] },
    ]);
    expect(aws.actions()).not.toContain("StopInstances");
    expect(lines).toEqual(
      expect.arrayContaining([
        "==> Launching a spot AWS instance...",
        "==> Interpolating tags for spot instance...",
        "==> Creating Spot Fleet launch template...",
        "    Created Spot Fleet launch template: lt-1",
      ]),
    );
    expect(aws.templates.size).toBe(0);
  });

  it("says what a fleet says when it starts nothing", async () => {
    const CreateFleet: Handler = () => ({
      Errors: [{ ErrorCode: "InvalidFleetConfig", ErrorMessage: "Your requested instance type is not supported" }],
    });
    const { error, aws } = await runEbs({ ...plain, spot_price: "auto" }, { handlers: { CreateFleet } });
    expect(error?.message).toContain("InvalidFleetConfig: Your requested instance type is not supported");
    expect(aws.left()).toEqual([]);
  });

  it("makes and unmakes a profile with a policy", async () => {
    const policy = { Statement: [{ Effect: "Allow", Action: ["ssm:*"], Resource: ["*"] }] };
    let rehearsals = 0;
    const RunInstances: Handler = (call, aws) => {
      if (call.input["DryRun"] && ++rehearsals < 3) {
        throw new Refusal("InvalidParameterValue", "Value for iamInstanceProfile.name is invalid");
      }
      return aws.usual(call);
    };
    const { aws, lines, error, ctx } = await runEbs(
      { ...plain, temporary_iam_instance_profile_policy_document: policy, run_tags: { team: "x" } },
      { handlers: { RunInstances } },
    );
    expect(error).toBeUndefined();
    expect(aws.problems).toEqual([]);
    expect(rehearsals).toBe(3);
    const said = lines.map((line) => line.replaceAll(uuid, "UUID"));
    expect(after(said, "Creating temporary instance profile").slice(0, 4)).toEqual([
      "==> Creating temporary instance profile for this instance: packer-UUID",
      "==> Creating temporary role for this instance: packer-UUID",
      "==> Attaching policy to the temporary role: packer-UUID",
      "==> Waiting for the change to propagate because of eventual consistency...",
    ]);
    expect(after(said, "No volumes").slice(1, 6)).toEqual([
      "==> Detaching temporary role from instance profile...",
      "==> Removing policy from temporary role...",
      "==> Deleting temporary role...",
      "==> Deleting temporary instance profile...",
      "==> Deleting temporary security group...",
    ]);
    expect(aws.inputs("CreateRole")[0]).toMatchObject({
      Description: "Temporary role for Packer",
      Tags: [{ Key: "team", Value: "x" }],
    });
    expect(ctx.journal).toContain("released amazon.role");
  });

  it("deletes volumes that outlive the instance, but not those asked for", async () => {
    const DescribeInstances: Handler = (call, aws) => {
      const [id = ""] = call.input["InstanceIds"] as readonly string[];
      const volumes = ["/dev/sda1", "/dev/sdb", "/dev/sdh"].map((DeviceName, i) => ({
        DeviceName,
        Ebs: { VolumeId: `vol-${i}` },
      }));
      return { Reservations: [{ Instances: [{ ...aws.instances.get(id), BlockDeviceMappings: volumes }] }] };
    };
    const DescribeVolumes: Handler = (call) => {
      const [filter] = call.input["Filters"] as readonly { readonly Values: readonly string[] }[];
      return {
        Volumes: (filter?.Values ?? []).map((VolumeId) => ({
          VolumeId,
          State: VolumeId === "vol-1" ? "available" : "in-use",
        })),
      };
    };
    const { aws, lines } = await runEbs(
      { ...plain, launch_block_device_mappings: [{ device_name: "/dev/sdh" }] },
      { handlers: { DescribeInstances, DescribeVolumes } },
    );
    expect(aws.inputs("DescribeVolumes")).toEqual([{ Filters: [{ Name: "volume-id", Values: ["vol-0", "vol-1"] }] }]);
    expect(aws.inputs("DeleteVolume")).toEqual([{ VolumeId: "vol-1" }]);
    expect(lines).toContain("==> Destroying volume (vol-1)...");
  });

  it("makes no image where none is wanted", async () => {
    const { lines, artifact, aws, error } = await runEbs({ ...plain, skip_create_ami: true });
    expect(error).toBeUndefined();
    expect(artifact).toBeUndefined();
    expect(lines[0]).toBe("==> skip_create_ami was set; not prevalidating AMI name");
    expect(lines).toEqual(expect.arrayContaining(["==> Skipping AMI creation...", "==> Skipping AMI region copy..."]));
    expect(aws.left()).toEqual([]);
  });

  it("takes -force as force_deregister", async () => {
    const { lines, ctx } = await runEbs(plain, { force: true });
    expect(lines[0]).toBe("==> Force Deregister flag found, skipping prevalidating AMI Name");
    expect(ctx.steps).toContain("StepDeregisterAMI");
  });

  it("saves the key for debugging and takes it away again", async () => {
    let saved: string | undefined;
    const run = await runEbs(plain, {
      debug: true,
      provision: async (ctx) => void (saved = await ctx.host.files.readText("ec2_amazon-ebs.pem")),
    });
    expect(saved).toBe(testKey());
    expect(run.lines).toEqual(
      expect.arrayContaining([
        "==> Saving key for debug purposes: ec2_amazon-ebs.pem",
        "    Public IP: 203.0.113.7",
        "    Private IP: 10.0.0.7",
      ]),
    );
    expect(await run.ctx.host.files.stat("ec2_amazon-ebs.pem")).toBeUndefined();
  });

  it("follows Packer's step names and publishes what it knows of the source", async () => {
    const { ctx } = await runEbs(plain);
    expect(ctx.steps).toEqual([
      "StepPreValidate",
      "StepSourceAMIInfo",
      "StepNetworkInfo",
      "StepKeyPair",
      "StepSecurityGroup",
      "StepCleanupVolumes",
      "StepRunSourceInstance",
      "StepGetPassword",
      "StepConnect",
      "StepProvision",
      "StepStopEBSBackedInstance",
      "StepModifyEBSBackedInstance",
      "StepCreateAMI",
      "StepAMIRegionCopy",
      "StepModifyAMIAttributes",
      "StepCreateTags",
    ]);
    expect(ctx.published).toEqual({
      BuildRegion: "us-east-1",
      SourceAMI: "ami-base",
      SourceAMICreationDate: "2021-09-28T00:00:00.000Z",
      SourceAMIName: "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20210928",
      SourceAMIOwner: "099720109477",
      SourceAMIOwnerName: "amazon",
    });
    expect(ctx.provisioned[0]?.facts["ID"]).toBe("i-00000000000000002");
    expect(ctx.targets[0]?.generatedKey).toMatchObject({ privateKey: testKey() });
    expect(ctx.targets[0]?.generatedKey?.publicKey).toMatch(/^ssh-rsa AAAAB3NzaC1yc2E\S+ packer_[0-9a-f-]+$/);
  });

  it("connects to a private address only when no public one shows up", async () => {
    const DescribeInstances: Handler = (call, aws) => {
      const [id = ""] = call.input["InstanceIds"] as readonly string[];
      const { PublicIpAddress: _, ...rest } = aws.instances.get(id) ?? {};
      return { Reservations: [{ Instances: [rest] }] };
    };
    const { ctx } = await runEbs(plain, { handlers: { DescribeInstances } });
    const address = await ctx.targets[0]?.address(new AbortController().signal);
    expect(address).toEqual({ host: "10.0.0.7", port: 22 });
    expect(ctx.host.clock.sleeps.filter((ms) => ms === 1000).length).toBeGreaterThanOrEqual(2);
  });
});

describe("an interrupted build", () => {
  const steps = ["CreateKeyPair", "CreateSecurityGroup", "RunInstances", "CreateImage"];

  it.each(steps)("during %s lets the call come back and undoes what it made", async (action) => {
    const abort = new AbortController();
    const handlers: Record<string, Handler> = {
      [action]: async (call, aws) => {
        abort.abort(new CancelledError("cancelled/interrupt", "interrupted"));
        return aws.usual(call);
      },
    };
    const { aws, ctx } = await runEbs(plain, { handlers, signal: abort.signal });
    expect(aws.left()).toEqual([]);
    expect(ctx.journal.filter((line) => line.startsWith("acquired"))).not.toHaveLength(0);
  });
});

describe("the artifact", () => {
  it("destroys its images and snapshots in every region", async () => {
    const { aws, artifact } = await runEbs({ ...plain, ami_regions: ["us-west-2"] });
    expect(artifact?.builderId).toBe("mitchellh.amazonebs");
    expect(artifact?.state["atlas.artifact.metadata"]).toEqual({
      "region.us-east-1": "ami-4",
      "region.us-west-2": "ami-6",
    });
    expect(artifact?.describe()).toBe("AMIs were created:\nus-east-1: ami-4\nus-west-2: ami-6\n");
    await artifact?.destroy(new AbortController().signal);
    expect(aws.left()).toEqual([]);
  });
});
