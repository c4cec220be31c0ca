import { FakeHost } from "@kiln/sdk/testing";
import { expect } from "vitest";
import { openAmazon } from "../access/amazon.ts";
import { baseImage, FakeAws, type Handler } from "./fake-aws.ts";
import { Refusal } from "./fake-transport.ts";
import { type Row, refuses, sends, spares } from "./option-rows.ts";
import { type Options, plain, type Run, runEbs } from "./run-ebs.ts";

const { access_key: _, secret_key: __, ...noKeys } = plain;

async function keyUsed(options: Options): Promise<string | undefined> {
  const run = await runEbs(options);
  expect(run.error).toBeUndefined();
  return run.aws.calls.find((call) => call.action === "RunInstances")?.accessKey;
}
const role = { role_arn: "arn:aws:iam::123456789012:role/build" };
const assumes = (more: Options, part: Options): Row =>
  sends({ assume_role: { ...role, ...more } }, "AssumeRole", part, { ...plain, assume_role: role });

const vault = { name: "builder" };
function vaultRow(engine: Options, url: string): Row {
  return async () => {
    const run = await runEbs(
      { ...noKeys, vault_aws_engine: { ...vault, ...engine } },
      {
        host: {
          env: { VAULT_ADDR: "http://vault:8200", VAULT_TOKEN: "t" },
          onHttp: () => ({
            status: 200,
            headers: {},
            body: '{"data":{"access_key":"AKIAVAULT","secret_key":"vs","security_token":"vt"}}',
          }),
        },
      },
    );
    expect(run.ctx.host.requests.map((request) => request.url)).toEqual([url]);
    expect(run.ctx.host.requests[0]?.headers).toMatchObject({ "x-vault-token": "t" });
    const launch = run.aws.calls.find((call) => call.action === "RunInstances");
    expect([launch?.accessKey, launch?.token]).toEqual(["AKIAVAULT", "vt"]);
    expect(run.ctx.masked).toEqual(expect.arrayContaining(["vs", "vt"]));
    expect(run.lines[0]).toContain("You're using Vault-generated AWS credentials.");
  };
}

/** The image stays pending for ever: how long and how often the build looked. */
async function pendingFor(aws_polling: Options): Promise<Run> {
  const DescribeImages: Handler = (call) => {
    const ids = (call.input["ImageIds"] ?? []) as readonly string[];
    if (ids[0] === "ami-base") return { Images: [baseImage] };
    return { Images: ids.length > 0 ? [{ ImageId: ids[0], State: "pending" }] : [] };
  };
  const run = await runEbs({ ...plain, aws_polling }, { handlers: { DescribeImages } });
  expect(run.error?.message).toContain("Error waiting for AMI: Timeout after");
  return run;
}

/** `credentials` names a shared credentials file with the profiles default, dev and mfa. */
export function accessRows(credentials: () => string): Readonly<Record<string, Row>> {
  return {
    access_key: async () => expect(await keyUsed({ ...plain, access_key: "AKIAOTHER" })).toBe("AKIAOTHER"),
    secret_key: refuses({ secret_key: undefined }, "`access_key` and `secret_key` must both be either set or not set."),
    token: async () => {
      const run = await runEbs({ ...plain, token: "session" });
      expect(run.aws.calls.every((call) => call.token === "session")).toBe(true);
    },
    profile: async () => {
      const base = { ...noKeys, shared_credentials_file: credentials() };
      expect(await keyUsed(base)).toBe("AKIADEFAULT");
      expect(await keyUsed({ ...base, profile: "dev" })).toBe("AKIADEV");
    },
    shared_credentials_file: async () => {
      expect(await keyUsed({ ...noKeys, shared_credentials_file: credentials() })).toBe("AKIADEFAULT");
    },
    mfa_code: async () => {
      const options = { ...noKeys, shared_credentials_file: credentials(), profile: "mfa", mfa_code: "123456" };
      const run = await runEbs(options);
      expect(run.aws.inputs("AssumeRole")).toMatchObject([
        { SerialNumber: "arn:aws:iam::123456789012:mfa/me", TokenCode: "123456" },
      ]);
    },
    region: async () => {
      const run = await runEbs({ ...plain, region: "us-west-2" });
      expect(new Set(run.aws.calls.map((call) => call.region))).toEqual(new Set(["us-west-2"]));
    },
    custom_endpoint_ec2: async () => {
      const options = { custom_endpoint_ec2: "http://ec2.test:4566", ami_regions: ["us-west-2"] };
      const run = await runEbs({ ...plain, ...options });
      expect(run.error).toBeUndefined();
      // The copies' regions too, which Packer forgets.
      expect(new Set(run.aws.calls.map((call) => call.host))).toEqual(new Set(["ec2.test"]));
      expect(run.aws.calls.some((call) => call.region === "us-west-2")).toBe(true);
    },
    max_retries: async () => {
      const DescribeRegions: Handler = () => {
        throw new Refusal("InternalError", "try again", 500);
      };
      const run = await runEbs({ ...plain, max_retries: 1 }, { handlers: { DescribeRegions } });
      expect(run.aws.inputs("DescribeRegions")).toHaveLength(2);
    },
    skip_credential_validation: spares({ skip_credential_validation: true }, "GetCallerIdentity"),
    skip_metadata_api_check: async () => {
      const ask = async (skip: boolean): Promise<readonly string[]> => {
        const host = new FakeHost({ onHttp: () => ({ status: 404, headers: {}, body: "" }) });
        const options = { signal: new AbortController().signal, transport: new FakeAws().transport };
        const opened = openAmazon({ access_key: "a", secret_key: "b", skip_metadata_api_check: skip }, host, options);
        await expect(opened).rejects.toThrow("No AWS region");
        return host.requests.map((request) => request.url);
      };
      expect(await ask(false)).toEqual(["http://169.254.169.254/latest/api/token"]);
      expect(await ask(true)).toEqual([]);
    },
    decode_authorization_messages: async () => {
      const RunInstances: Handler = () => {
        throw new Refusal("UnauthorizedOperation", "No. Encoded authorization failure message: abc-DEF_1", 403);
      };
      const run = await runEbs({ ...plain, decode_authorization_messages: true }, { handlers: { RunInstances } });
      expect(run.aws.inputs("DecodeAuthorizationMessage")).toEqual([{ EncodedMessage: "abc-DEF_1" }]);
      expect(run.error?.message).toContain('"missing":"ec2:RunInstances"');
    },
    "assume_role.role_arn": async () => {
      const run = await runEbs({ ...plain, assume_role: role });
      expect(run.aws.inputs("AssumeRole")).toMatchObject([{ RoleArn: role.role_arn }]);
      const launch = run.aws.calls.find((call) => call.action === "RunInstances");
      expect([launch?.accessKey, launch?.token]).toEqual(["ASIAROLE", "role-token"]);
    },
    "assume_role.duration_seconds": assumes({ duration_seconds: 1800 }, { DurationSeconds: 1800 }),
    "assume_role.external_id": assumes({ external_id: "xyz" }, { ExternalId: "xyz" }),
    "assume_role.policy": assumes({ policy: "{}" }, { Policy: "{}" }),
    "assume_role.policy_arns": assumes(
      { policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
      {
        PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }],
      },
    ),
    "assume_role.session_name": assumes({ session_name: "me" }, { RoleSessionName: "me" }),
    "assume_role.tags": assumes({ tags: { team: "x" } }, { Tags: [{ Key: "team", Value: "x" }] }),
    "assume_role.transitive_tag_keys": assumes({ transitive_tag_keys: ["team"] }, { TransitiveTagKeys: ["team"] }),
    "vault_aws_engine.name": vaultRow({}, "http://vault:8200/v1/aws/creds/builder"),
    "vault_aws_engine.role_arn": vaultRow(
      { role_arn: "arn:r" },
      "http://vault:8200/v1/aws/sts/builder?role_arn=arn%3Ar",
    ),
    "vault_aws_engine.ttl": vaultRow({ ttl: "3600s" }, "http://vault:8200/v1/aws/sts/builder?ttl=3600s"),
    "vault_aws_engine.engine_name": vaultRow({ engine_name: "cloud" }, "http://vault:8200/v1/cloud/creds/builder"),
    "aws_polling.delay_seconds": async () => {
      expect((await pendingFor({ delay_seconds: 30 })).ctx.host.clock.sleeps).toContain(30_000);
      expect((await pendingFor({})).ctx.host.clock.sleeps).not.toContain(30_000);
    },
    "aws_polling.max_attempts": async () => {
      const message = (run: Run): string => run.error?.message ?? "";
      expect(message(await pendingFor({ max_attempts: 3, delay_seconds: 10 }))).toContain("Timeout after 30 s");
      expect(message(await pendingFor({}))).toContain("Timeout after 1800 s");
    },
  };
}
