import { describe, expect, it } from "vitest";
import type { Handler } from "../testing/fake-aws.ts";
import { Refusal } from "../testing/fake-transport.ts";
import { plain, runEbs } from "../testing/run-ebs.ts";

const refuse =
  (code: string, message = "no", status = 400): Handler =>
  () => {
    throw new Refusal(code, message, status);
  };

/** Every call that makes or changes something, refused in turn. */
const calls = [
  "GetCallerIdentity",
  "DescribeRegions",
  "DescribeImages",
  "CreateKeyPair",
  "CreateSecurityGroup",
  "AuthorizeSecurityGroupIngress",
  "RunInstances",
  "DescribeInstances",
  "StopInstances",
  "CreateImage",
  "CopyImage",
  "ModifyImageAttribute",
  "ModifySnapshotAttribute",
  "CreateTags",
  "EnableImageDeprecation",
  "EnableImageDeregistrationProtection",
  "CreateInstanceProfile",
  "CreateRole",
  "PutRolePolicy",
  "AddRoleToInstanceProfile",
];
const everything = {
  ...plain,
  ami_regions: ["us-west-2"],
  ami_users: ["210987654321"],
  snapshot_users: ["210987654321"],
  tags: { a: "b" },
  deprecate_at: "2030-01-01T00:00:00Z",
  deregistration_protection: { enabled: true },
  temporary_iam_instance_profile_policy_document: {
    Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] }],
  },
};

describe("a build that fails", () => {
  it("succeeds when nothing is refused", async () => {
    const { error, aws } = await runEbs(everything);
    expect(error).toBeUndefined();
    expect(aws.problems).toEqual([]);
    expect(aws.left().filter((id) => !/^(ami|snap)-/.test(id))).toEqual([]);
  });

  it.each(calls)("at %s leaves nothing and says what AWS said", async (action) => {
    const { error, aws, lines, ctx } = await runEbs(everything, {
      handlers: { [action]: refuse("Refused", "not today") },
    });
    expect(error?.message).toContain("Refused: not today");
    expect(lines.some((line) => line.startsWith("!!> ") && line.includes("Refused: not today"))).toBe(true);
    // Describing instances is needed for cleaning up as well: what cannot be seen cannot be waited for.
    if (action !== "DescribeInstances") expect(aws.left()).toEqual([]);
    expect(ctx.journal.filter((line) => line.startsWith("kept"))).toEqual([]);
  });

  it("removes a finished image when a later step fails, and says so", async () => {
    const { lines } = await runEbs({ ...plain, tags: { a: "b" } }, { handlers: { CreateTags: refuse("Refused") } });
    const line = "Deregistering the AMI and deleting associated snapshots because of cancellation, or error...";
    expect(lines).toEqual(
      expect.arrayContaining([`==> ${line}`, "==> Deregistered AMI id: ami-4", "==> Deleted snapshot: snap-5"]),
    );
  });

  it("says why an instance ended", async () => {
    const DescribeInstances: Handler = (call) => ({
      Reservations: [
        {
          Instances: [
            {
              InstanceId: (call.input["InstanceIds"] as readonly string[])[0],
              State: { Name: "terminated" },
              StateReason: { Code: "Client.InternalError", Message: "Client error on launch" },
            },
          ],
        },
      ],
    });
    const { error } = await runEbs(plain, { handlers: { DescribeInstances } });
    expect(error?.message).toContain("Instance state change details: Client.InternalError: Client error on launch");
  });

  it("says why an image failed", async () => {
    const DescribeImages: Handler = (call, aws) => {
      const [id = ""] = (call.input["ImageIds"] ?? []) as readonly string[];
      const image = aws.images.get(id);
      if (id === "ami-base" || !image) return { Images: image ? [image] : [] };
      return { Images: [{ ...image, State: "failed", StateReason: { Message: "Client.InvalidKmsKey" } }] };
    };
    const { error } = await runEbs(plain, { handlers: { DescribeImages } });
    expect(error?.message).toContain("failed with ResourceNotReady error");
    expect(error?.message).toContain("DescribeImages returned the state reason: Client.InvalidKmsKey");
  });

  it("refuses a taken name before anything is made", async () => {
    const CreateKeyPair = refuse("MustNotBeCalled");
    const DescribeImages: Handler = () => ({ Images: [{ ImageId: "ami-taken" }] });
    const { error, aws } = await runEbs(plain, { handlers: { CreateKeyPair, DescribeImages } });
    expect(error?.message).toContain("Error: AMI Name: 'packer-example 1' is used by an existing AMI: ami-taken");
    expect(aws.actions()).not.toContain("CreateKeyPair");
  });

  it("refuses regions that are not open to the account", async () => {
    const { error } = await runEbs({ ...plain, ami_regions: ["mars-north-1"] });
    expect(error?.message).toBe(
      "error validating regions: Invalid region(s): [mars-north-1], available regions: [eu-central-1 us-east-1 us-east-2 us-west-2]",
    );
  });

  it("refuses a VPC that is not the default without a subnet", async () => {
    const DescribeVpcs: Handler = () => ({ Vpcs: [{ VpcId: "vpc-1", IsDefault: false }] });
    const { error } = await runEbs({ ...plain, vpc_id: "vpc-1" }, { handlers: { DescribeVpcs } });
    expect(error?.message).toBe("Error: subnet_id or subnet_filter must be provided for non-default VPCs (vpc-1)");
  });

  it("says what could not be cleaned up and goes on", async () => {
    const DeleteSecurityGroup = refuse("DependencyViolation", "in use");
    const { lines, cleanUp, aws, artifact } = await runEbs(plain, { handlers: { DeleteSecurityGroup } });
    expect(cleanUp).toEqual(["in use"]);
    expect(aws.inputs("DeleteSecurityGroup")).toHaveLength(5);
    expect(lines.at(-2)).toMatch(/Error cleaning up security group. Please delete the group manually: sg-1: /);
    expect(lines.at(-1)).toBe("==> Deleting temporary keypair...");
    expect(artifact?.id).toBe("us-east-1:ami-4");
  });
});

describe("what to do about a refusal", () => {
  it.each([
    ["VPCResourceNotSpecified", "vpc_id and subnet_id"],
    ["InvalidAMIName.Duplicate", "force_deregister"],
    ["OptInRequired", "Marketplace"],
    ["InstanceLimitExceeded", "Service Quotas"],
    ["Blocked", "AWS Support"],
    ["PendingVerification", "verifying this account"],
    ["ExpiredToken", "Log in again"],
    ["RequestExpired", "clock is wrong"],
    ["AuthFailure", "AWS_SECRET_ACCESS_KEY"],
    ["InsufficientInstanceCapacity", "availability_zone"],
  ])("%s", async (code, advice) => {
    const { error } = await runEbs(plain, { handlers: { RunInstances: refuse(code, "AWS says no") } });
    expect(error?.message).toContain(`Error launching source instance: ${code}: AWS says no`);
    expect(error?.message).toContain(advice);
  });

  it("says that the API cannot be reached, where nothing else is known", async () => {
    const broken = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
    const handlers = { RunInstances: () => Promise.reject(broken) };
    const { error, aws } = await runEbs({ ...plain, max_retries: 0 }, { handlers });
    expect(error?.message).toContain("Error launching source instance: ECONNREFUSED");
    expect(error?.message).toContain("check the network, the proxy settings");
    expect(aws.left()).toEqual([]);
  });

  it("names the action that is not allowed", async () => {
    const RunInstances = refuse("UnauthorizedOperation", "You are not authorized to perform this operation.", 403);
    const { error } = await runEbs(plain, { handlers: { RunInstances } });
    expect(error?.message).toContain("allow ec2:RunInstances in their IAM policy");
  });
});
