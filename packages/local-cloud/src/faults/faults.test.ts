import { describe, expect, it } from "vitest";
import { openCloud } from "../testing/cloud-fixture.ts";
import { at, ModelClient, text } from "../testing/model-client.ts";

const run = { ImageId: "ami-fce3c696", InstanceType: "t2.micro", MinCount: 1, MaxCount: 1 };

async function codes(calls: number, call: () => Promise<unknown>): Promise<string[]> {
  const found: string[] = [];
  for (let i = 0; i < calls; i++) {
    found.push(
      await call().then(
        () => "ok",
        (error: unknown) => String(at(error, "code") ?? error),
      ),
    );
  }
  return found;
}

describe("faults", () => {
  it("throttle a part of all calls, evenly", async () => {
    await using fixture = await openCloud({ faults: { throttleRate: 0.25 } });
    const seen = await codes(8, () => fixture.client.ec2("DescribeVpcs"));
    expect(seen.filter((code) => code === "RequestLimitExceeded")).toHaveLength(2);
    await expect(codes(4, () => fixture.client.ec2("DescribeVpcs"))).resolves.toContain("RequestLimitExceeded");
  });

  it("fail the nth call of an action, and only that", async () => {
    const rules = [{ action: "Describe*", nth: 2, times: 2, code: "Unavailable", status: 503 }];
    await using fixture = await openCloud({ faults: { rules } });
    expect(await codes(5, () => fixture.client.ec2("DescribeVpcs"))).toEqual([
      "ok",
      "Unavailable",
      "Unavailable",
      "ok",
      "ok",
    ]);
    expect(await codes(2, () => fixture.client.query("sts", "GetCallerIdentity"))).toEqual(["ok", "ok"]);
  });

  it("drop a connection before the action or after it was done", async () => {
    await using fixture = await openCloud();
    const { client, cloud } = fixture;
    const create = { GroupName: "g", Description: "d" };
    cloud.faults.set({ rules: [{ action: "CreateSecurityGroup", drop: "before" }] });
    await expect(client.ec2("CreateSecurityGroup", create)).rejects.toThrow("fetch failed");
    cloud.faults.set({ rules: [{ action: "CreateSecurityGroup", drop: "after" }] });
    await expect(client.ec2("CreateSecurityGroup", create)).rejects.toThrow("fetch failed");
    cloud.faults.clear();
    await expect(client.ec2("CreateSecurityGroup", create)).rejects.toMatchObject({ code: "InvalidGroup.Duplicate" });
  });

  it("delay calls and hide what is new, by the clock", async () => {
    let now = 1_000_000;
    const slept: number[] = [];
    const clock = {
      now: () => now,
      sleep: async (ms: number) => {
        slept.push(ms);
        now += ms;
      },
    };
    await using fixture = await openCloud({
      clock,
      faults: { delayMs: 10, visibilityDelayMs: 1000, rules: [{ action: "RunInstances", delayMs: 500 }] },
    });
    const id = text(await fixture.client.ec2("RunInstances", run), "Instances.0.InstanceId");
    expect(slept).toEqual([510]);
    const look = (): Promise<unknown> => fixture.client.ec2("DescribeInstances", { InstanceIds: [id] });
    await expect(look()).rejects.toMatchObject({ code: "InvalidInstanceID.NotFound", status: 400 });
    now += 1000;
    await expect(look()).resolves.toBeDefined();
  });

  it("refuse for want of permission, with a message that STS decodes", async () => {
    await using fixture = await openCloud({ faults: { denied: ["ec2:Run*", "iam:GetRole"] } });
    const { client } = fixture;
    const error: unknown = await client.ec2("RunInstances", run).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "UnauthorizedOperation", status: 403 });
    const encoded = /message: (\S+)$/.exec(text(error, "message"))?.[1];
    const decoded = await client.query("sts", "DecodeAuthorizationMessage", { EncodedMessage: encoded });
    expect(JSON.parse(text(decoded, "DecodedMessage"))).toMatchObject({
      allowed: false,
      context: { action: "ec2:RunInstances" },
    });
    await expect(client.query("iam", "GetRole", { RoleName: "x" })).rejects.toMatchObject({
      code: "AccessDenied",
      status: 403,
    });
    await expect(client.query("sts", "DecodeAuthorizationMessage", { EncodedMessage: "abc" })).rejects.toMatchObject({
      code: "InvalidAuthorizationMessageException",
    });
  });

  it("can be set over the control address by whoever can send its header", async () => {
    await using fixture = await openCloud();
    const url = `${fixture.cloud.endpoint}/_kiln/faults`;
    const headers = { "x-kiln-control": "1" };
    const put = (body: string): Promise<Response> => fetch(url, { method: "PUT", headers, body });
    expect((await fetch(url)).status).toBe(403);
    expect((await put('{"throttleRate":1}')).status).toBe(200);
    await expect(fixture.client.ec2("DescribeVpcs")).rejects.toMatchObject({
      code: "RequestLimitExceeded",
      status: 503,
    });
    expect(await (await fetch(url, { headers })).json()).toEqual({ throttleRate: 1 });
    expect(await (await put('{"rules":[{"action":"X","nth":0}]}')).json()).toMatchObject({
      error: expect.stringContaining('"rules"'),
    });
    expect((await put("{")).status).toBe(400);
    expect((await fetch(url, { method: "DELETE", headers })).status).toBe(200);
    await expect(fixture.client.ec2("DescribeVpcs")).resolves.toBeDefined();
    expect((await fetch(`${fixture.cloud.endpoint}/_kiln/nothing`, { headers })).status).toBe(404);
  });
});

describe("the least policy", () => {
  it("lists what was needed, also what tags and roles imply, and is enough for the same calls", async () => {
    await using fixture = await openCloud();
    const { client, cloud } = fixture;
    const name = "packer-6b01572c-6e17-8378-4e36-a9d3170e24da";
    const build = async (): Promise<void> => {
      await client.query("iam", "CreateInstanceProfile", { InstanceProfileName: name });
      await client.query("iam", "CreateRole", { RoleName: name, AssumeRolePolicyDocument: '{"Statement":[]}' });
      await client.query("iam", "AddRoleToInstanceProfile", { InstanceProfileName: name, RoleName: name });
      const TagSpecifications = [{ ResourceType: "instance", Tags: [{ Key: "a", Value: "b" }] }];
      await client.ec2("RunInstances", { ...run, IamInstanceProfile: { Name: name }, TagSpecifications });
      await client.query("iam", "RemoveRoleFromInstanceProfile", { InstanceProfileName: name, RoleName: name });
      await client.query("iam", "DeleteRole", { RoleName: name });
      await client.query("iam", "DeleteInstanceProfile", { InstanceProfileName: name });
    };
    await client.query("sts", "GetCallerIdentity");
    await build();
    const policy = cloud.policy();
    expect(policy.Statement).toEqual([
      { Sid: "Build1", Effect: "Allow", Action: ["ec2:CreateTags", "ec2:RunInstances"], Resource: "*" },
      {
        Sid: "Build2",
        Effect: "Allow",
        Action: [
          "iam:AddRoleToInstanceProfile",
          "iam:CreateInstanceProfile",
          "iam:DeleteInstanceProfile",
          "iam:RemoveRoleFromInstanceProfile",
        ],
        Resource: ["arn:aws:iam::123456789012:instance-profile/packer-*"],
      },
      {
        Sid: "Build3",
        Effect: "Allow",
        Action: ["iam:CreateRole", "iam:DeleteRole", "iam:PassRole"],
        Resource: ["arn:aws:iam::123456789012:role/packer-*"],
      },
    ]);
    const allowed = policy.Statement.flatMap((statement) => statement.Action);
    cloud.faults.set({ allowed });
    await build();
    cloud.faults.set({ allowed: allowed.filter((permission) => permission !== "ec2:CreateTags") });
    await expect(build()).rejects.toMatchObject({
      code: "UnauthorizedOperation",
      message: expect.stringContaining("ec2:CreateTags"),
    });
  });
});

describe("credentials", () => {
  it("are taken as they come, unless some are required", async () => {
    await using open = await openCloud();
    await expect(
      new ModelClient(open.cloud.endpoint, "us-east-1", { accessKeyId: "any", secretAccessKey: "thing" }).ec2(
        "DescribeVpcs",
      ),
    ).resolves.toBeDefined();
    expect(
      (await fetch(open.cloud.endpoint, { method: "POST", body: "Action=DescribeVpcs&Version=2016-11-15" })).status,
    ).toBe(403);

    const right = { accessKeyId: "AKIDRIGHT", secretAccessKey: "s3cret/+" };
    await using strict = await openCloud({ credentials: [right] });
    const as = (credentials: typeof right & { sessionToken?: string }): ModelClient =>
      new ModelClient(strict.cloud.endpoint, "us-east-1", credentials);
    await expect(as(right).ec2("DescribeVpcs")).resolves.toBeDefined();
    await expect(as({ ...right, secretAccessKey: "wrong" }).ec2("DescribeVpcs")).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
      status: 403,
    });
    await expect(as({ ...right, accessKeyId: "AKIDOTHER" }).ec2("DescribeVpcs")).rejects.toMatchObject({
      code: "AuthFailure",
      status: 401,
    });
    const late = await as(right).send("ec2", "Action=DescribeVpcs&Version=2016-11-15", {}, Date.now() - 3600_000);
    expect(await late.text()).toContain("<Code>RequestExpired</Code>");
    const assumed = await as(right).query("sts", "AssumeRole", {
      RoleArn: "arn:aws:iam::123456789012:role/builder",
      RoleSessionName: "kiln",
    });
    const temporary = {
      accessKeyId: text(assumed, "Credentials.AccessKeyId"),
      secretAccessKey: text(assumed, "Credentials.SecretAccessKey"),
      sessionToken: text(assumed, "Credentials.SessionToken"),
    };
    expect(text(await as(temporary).query("sts", "GetCallerIdentity"), "Arn")).toBe(
      "arn:aws:sts::123456789012:assumed-role/builder/kiln",
    );
    await expect(as({ ...temporary, sessionToken: "other" }).ec2("DescribeVpcs")).rejects.toMatchObject({
      code: "AuthFailure",
    });
  });
});
