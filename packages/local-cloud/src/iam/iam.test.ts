import { describe, expect, it } from "vitest";
import { openCloud } from "../testing/cloud-fixture.ts";
import { describeInstance, runningInstance } from "../testing/instances.ts";
import { at, list, text } from "../testing/model-client.ts";

const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}';

describe("an instance profile", () => {
  it("is made, filled, given to an instance and taken apart again, in order", async () => {
    await using fixture = await openCloud();
    const { client, machines } = fixture;
    const iam = (action: string, input: Record<string, unknown> = {}): Promise<unknown> =>
      client.query("iam", action, input);
    const InstanceProfileName = "packer-1";
    const RoleName = "packer-1";
    const Tags = [{ Key: "a", Value: "b" }];
    await iam("CreateInstanceProfile", { InstanceProfileName, Tags });
    await expect(iam("CreateInstanceProfile", { InstanceProfileName })).rejects.toMatchObject({
      code: "EntityAlreadyExists",
      status: 409,
    });
    const role = await iam("CreateRole", {
      RoleName,
      AssumeRolePolicyDocument: trust,
      Description: "Temporary role for Packer",
      Tags,
    });
    expect(decodeURIComponent(text(role, "Role.AssumeRolePolicyDocument"))).toBe(trust);
    await iam("PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument: '{"Statement":[]}' });
    await expect(iam("PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument: "nonsense" })).rejects.toMatchObject(
      { code: "MalformedPolicyDocument" },
    );
    await iam("AttachRolePolicy", { RoleName, PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" });
    expect(list(await iam("ListAttachedRolePolicies", { RoleName }), "AttachedPolicies")).toMatchObject([
      { PolicyName: "AmazonSSMManagedInstanceCore" },
    ]);
    expect(at(await iam("ListRolePolicies", { RoleName }), "PolicyNames")).toEqual(["p"]);
    expect(decodeURIComponent(text(await iam("GetRolePolicy", { RoleName, PolicyName: "p" }), "PolicyDocument"))).toBe(
      '{"Statement":[]}',
    );
    await iam("AddRoleToInstanceProfile", { InstanceProfileName, RoleName });
    await expect(iam("AddRoleToInstanceProfile", { InstanceProfileName, RoleName })).rejects.toMatchObject({
      code: "LimitExceeded",
    });
    const profile = await iam("GetInstanceProfile", { InstanceProfileName });
    expect(profile).toMatchObject({ InstanceProfile: { Roles: [{ RoleName }], Tags } });
    expect(list(await iam("ListInstanceProfilesForRole", { RoleName }), "InstanceProfiles")).toHaveLength(1);
    expect(list(await iam("ListInstanceProfiles"), "InstanceProfiles")).toHaveLength(1);
    expect(list(await iam("ListRoles"), "Roles")).toHaveLength(1);
    await iam("TagRole", { RoleName, Tags });
    await iam("TagInstanceProfile", { InstanceProfileName, Tags });

    const id = await runningInstance(client, { IamInstanceProfile: { Name: InstanceProfileName } });
    expect(text(await describeInstance(client, id), "IamInstanceProfile.Arn")).toBe(
      text(profile, "InstanceProfile.Arn"),
    );
    const metadata = machines.find(id)?.spec.metadata;
    expect(metadata?.("/latest/meta-data/iam/security-credentials/")).toBe(RoleName);
    const credentials = JSON.parse(metadata?.(`/latest/meta-data/iam/security-credentials/${RoleName}`) ?? "");
    expect(credentials).toMatchObject({ Code: "Success", Type: "AWS-HMAC" });

    await expect(iam("DeleteRole", { RoleName })).rejects.toMatchObject({ code: "DeleteConflict", status: 409 });
    await expect(iam("DeleteInstanceProfile", { InstanceProfileName })).rejects.toMatchObject({
      code: "DeleteConflict",
    });
    await iam("RemoveRoleFromInstanceProfile", { InstanceProfileName, RoleName });
    await iam("DeleteRolePolicy", { RoleName, PolicyName: "p" });
    await iam("DetachRolePolicy", { RoleName, PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" });
    await iam("DeleteRole", { RoleName });
    await iam("DeleteInstanceProfile", { InstanceProfileName });
    await expect(iam("GetInstanceProfile", { InstanceProfileName })).rejects.toMatchObject({
      code: "NoSuchEntity",
      status: 404,
    });
    await expect(iam("GetRole", { RoleName })).rejects.toMatchObject({ code: "NoSuchEntity" });
    expect(text(await iam("GetUser"), "User.UserName")).toBe("kiln");
  });
});

describe("Session Manager and Parameter Store", () => {
  it("reach instances with a profile, and parameters with a value", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    await client.query("iam", "CreateInstanceProfile", { InstanceProfileName: "ssm" });
    const plain = await runningInstance(client);
    const managed = await runningInstance(client, { IamInstanceProfile: { Name: "ssm" } });
    await expect(client.json("ssm", "StartSession", { Target: plain })).rejects.toMatchObject({
      code: "TargetNotConnected",
      status: 400,
    });
    const session = await client.json("ssm", "StartSession", {
      Target: managed,
      DocumentName: "AWS-StartPortForwardingSession",
      Parameters: { portNumber: ["22"] },
    });
    expect(text(session, "StreamUrl")).toMatch(/^ws:\/\/127\.0\.0\.1:/);
    expect(await client.json("ssm", "TerminateSession", { SessionId: text(session, "SessionId") })).toEqual({
      SessionId: text(session, "SessionId"),
    });
    expect(list(await client.json("ssm", "DescribeInstanceInformation"), "InstanceInformationList")).toMatchObject([
      { InstanceId: managed, PingStatus: "Online" },
    ]);

    await client.json("ssm", "PutParameter", { Name: "/app/secret", Value: "s3cret", Type: "SecureString" });
    await expect(
      client.json("ssm", "PutParameter", { Name: "/app/secret", Value: "x", Type: "String" }),
    ).rejects.toMatchObject({ code: "ParameterAlreadyExists" });
    const hidden = await client.json("ssm", "GetParameter", { Name: "/app/secret" });
    expect(text(hidden, "Parameter.Value")).not.toContain("s3cret");
    expect(
      text(await client.json("ssm", "GetParameter", { Name: "/app/secret", WithDecryption: true }), "Parameter.Value"),
    ).toBe("s3cret");
    const latest = "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id";
    const found = await client.json("ssm", "GetParameters", { Names: [latest, "/nothing"] });
    expect(at(found, "InvalidParameters")).toEqual(["/nothing"]);
    await runningInstance(client, { ImageId: text(found, "Parameters.0.Value") });
    await client.json("ssm", "DeleteParameter", { Name: "/app/secret" });
    await expect(client.json("ssm", "GetParameter", { Name: "/app/secret" })).rejects.toMatchObject({
      code: "ParameterNotFound",
    });
    await expect(
      client.json("ec2-instance-connect", "SendSSHPublicKey", {
        InstanceId: managed,
        InstanceOSUser: "ubuntu",
        SSHPublicKey: "ssh-ed25519 AAAA".padEnd(256, "A"),
      }),
    ).rejects.toMatchObject({ code: "EC2InstanceTypeInvalidException" });
  });
});

describe("STS", () => {
  it("issues session tokens and refuses odd durations", async () => {
    await using fixture = await openCloud();
    const { client } = fixture;
    expect(
      text(await client.query("sts", "GetSessionToken", { DurationSeconds: 900 }), "Credentials.SessionToken"),
    ).not.toBe("");
    await expect(client.careless().query("sts", "GetSessionToken", { DurationSeconds: 10 })).rejects.toMatchObject({
      code: "ValidationError",
    });
    await expect(
      client.query("sts", "AssumeRole", { RoleArn: "not-an-arn-but-twenty-long", RoleSessionName: "abc" }),
    ).rejects.toMatchObject({ code: "ValidationError" });
    expect(await client.query("sts", "GetCallerIdentity")).toEqual({
      UserId: "AIDAKILNKILNKILNKILN",
      Account: "123456789012",
      Arn: "arn:aws:iam::123456789012:user/kiln",
    });
  });
});
