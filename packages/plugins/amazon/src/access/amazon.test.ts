import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { FakeHost } from "@kiln/sdk/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AccessConfig } from "../options/access.ts";
import { FakeAws } from "../testing/fake-aws.ts";
import { openAmazon } from "./amazon.ts";

const { signal } = new AbortController();
let folder = "";
const credentials = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n";
const config = `[profile dev]
region = eu-central-1
services = local

[services local]
ec2 =
  endpoint_url = http://profile.test:4566
`;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-amazon-"));
  writeFileSync(join(folder, "credentials"), credentials);
  writeFileSync(join(folder, "config"), config);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The first request of a client opened like this: where to, in whose name. */
async function ask(access: Partial<AccessConfig>, env: Record<string, string> = {}, region?: string) {
  const paths = {
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
    AWS_CONFIG_FILE: join(folder, "config"),
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const files = { [paths.AWS_SHARED_CREDENTIALS_FILE]: credentials, [paths.AWS_CONFIG_FILE]: config };
  const host = new FakeHost({ env: { ...paths, ...env }, files });
  const aws = new FakeAws();
  using amazon = await openAmazon(access, host, { signal, transport: aws.transport });
  await amazon.ec2(region).send(new DescribeRegionsCommand({}));
  const [call] = aws.calls.slice(-1);
  return { host: call?.host, region: call?.region, key: call?.accessKey, token: call?.token };
}
const keys = { access_key: "AKIATEMPLATE", secret_key: "s" };
const environment = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "s", AWS_REGION: "us-west-2" };

describe("credentials", () => {
  it("come from the template first", async () => {
    expect(await ask({ ...keys, token: "t" }, environment)).toMatchObject({ key: "AKIATEMPLATE", token: "t" });
  });
  it("then from the environment", async () => {
    const env = { ...environment, AWS_SESSION_TOKEN: "et" };
    expect(await ask({}, { ...env, AWS_PROFILE: "dev" })).toMatchObject({ key: "AKIAENV", token: "et" });
  });
  it("but from a profile that the template names", async () => {
    expect(await ask({ profile: "dev" }, environment)).toMatchObject({ key: "AKIADEV" });
  });
  it("then from the profile of the environment", async () => {
    expect(await ask({}, { AWS_PROFILE: "dev" })).toMatchObject({ key: "AKIADEV", region: "eu-central-1" });
  });
  it("are missed with a sentence that helps", async () => {
    await expect(ask({ region: "us-east-1" })).rejects.toThrow("No valid credential sources found for AWS Builder.");
    await expect(ask({ region: "us-east-1", profile: "nobody" })).rejects.toThrow("set AWS_ACCESS_KEY_ID");
  });
});

describe("the region", () => {
  it("is the template's, then the environment's, then the profile's", async () => {
    expect(await ask({ ...keys, region: "us-east-2" }, environment)).toMatchObject({ region: "us-east-2" });
    expect(await ask(keys, environment)).toMatchObject({ region: "us-west-2" });
    expect(await ask({ ...keys, profile: "dev" })).toMatchObject({ region: "eu-central-1" });
    await expect(ask(keys)).rejects.toThrow("No AWS region");
  });
  it("is the one asked for, where a client of another region is wanted", async () => {
    const there = await ask({ ...keys, region: "us-east-1" }, {}, "eu-west-1");
    expect(there).toMatchObject({ region: "eu-west-1", host: "ec2.eu-west-1.amazonaws.com" });
  });
});

describe("the endpoint", () => {
  const here = { ...keys, region: "us-east-1" };
  it("is the template's in every region", async () => {
    const custom = { ...here, custom_endpoint_ec2: "http://custom.test" };
    const env = { AWS_ENDPOINT_URL_EC2: "http://env.test" };
    expect(await ask(custom, env)).toMatchObject({ host: "custom.test" });
    expect(await ask(custom, env, "eu-west-1")).toMatchObject({ host: "custom.test", region: "eu-west-1" });
  });
  it("is the environment's, the service's own before the general one", async () => {
    const general = { AWS_ENDPOINT_URL: "http://all.test" };
    expect(await ask(here, general)).toMatchObject({ host: "all.test" });
    expect(await ask(here, { ...general, AWS_ENDPOINT_URL_EC2: "http://ec2.test" })).toMatchObject({
      host: "ec2.test",
    });
    const ignored = { ...general, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
    expect(await ask(here, ignored)).toMatchObject({ host: "ec2.us-east-1.amazonaws.com" });
  });
  it("is the profile's, also where the profile is an option", async () => {
    expect(await ask({ profile: "dev" })).toMatchObject({ host: "profile.test" });
    expect(await ask({}, { AWS_PROFILE: "dev" })).toMatchObject({ host: "profile.test" });
  });
});
