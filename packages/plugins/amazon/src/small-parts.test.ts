import { generateKeyPairSync } from "node:crypto";
import { timeOrderedUuid } from "@kiln/sdk";
import { FakeClock, FakeHost } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { parseSections } from "./access/shared-files.ts";
import { splitValues } from "./filter-lists.ts";
import { publicKeyOf } from "./public-keys.ts";
import { retryA, retrying } from "./retry.ts";
import { rawSecret, secret, secretMember } from "./secrets-manager.ts";
import { FakeAws } from "./testing/fake-aws.ts";
import { cleanResourceName, randomAlphanumeric } from "./unique-names.ts";
import { userData } from "./user-data.ts";
import { pollingOf, waitFor } from "./waiting.ts";

const { signal } = new AbortController();

describe("clean_resource_name", () => {
  // Answers of the amazon plugin's own function.
  it.each([
    ["a_b.c-d", "a_b.c-d"],
    ["héllo", "h--llo"],
    ["2024-03-05T14:07:09Z", "2024-03-05T14-07-09Z"],
    ["name--", "name--"],
    ["a/b(c)[d]'@!#", "a/b(c)[d]'@--"],
    ["-lead", "-lead"],
    ["👍", "----"],
    ["A b", "A b"],
  ])("%s", (name, clean) => expect(cleanResourceName(name)).toBe(clean));
});

describe("names", () => {
  it("begin with the time and differ", () => {
    const host = new FakeHost();
    const [first, second] = [timeOrderedUuid(host), timeOrderedUuid(host)];
    expect(first).toMatch(/^65e7270d-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(first).not.toBe(second);
    expect(randomAlphanumeric(7, host)).toMatch(/^[A-Za-z0-9]{7}$/);
  });
});

describe("filter values", () => {
  it.each([
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    ["a,  b", ["a", "b"]],
    ['"a,b",c', ["a,b", "c"]],
    ["", [""]],
    ["a,", ["a", ""]],
  ])("%j", (text, values) => expect(splitValues(text)).toEqual(values));
});

describe("polling", () => {
  const env = { AWS_POLL_DELAY_SECONDS: "7", AWS_MAX_ATTEMPTS: "9", AWS_TIMEOUT_SECONDS: "11" };
  it("takes the option before the environment and attempts before a time limit", () => {
    expect(pollingOf({}, {})).toEqual({});
    expect(pollingOf({}, env)).toEqual({ delayMs: 7_000, timeoutMs: 63_000 });
    expect(pollingOf({ aws_polling: { max_attempts: 2, delay_seconds: 3 } }, env)).toEqual({
      delayMs: 3_000,
      timeoutMs: 6_000,
    });
    expect(pollingOf({ aws_polling: { max_attempts: 5 } }, {})).toEqual({ timeoutMs: 10_000 });
    expect(pollingOf({}, { AWS_TIMEOUT_SECONDS: "11" })).toEqual({ timeoutMs: 11_000 });
    expect(pollingOf({}, { AWS_MAX_ATTEMPTS: "many" })).toEqual({});
  });

  it("looks soon at first, then at its pace, and gives up at the limit", async () => {
    const clock = new FakeClock();
    const wait = { what: "rain", timeoutMs: 20_000, minDelayMs: 5_000, look: async () => undefined };
    await expect(waitFor({ clock }, {}, wait, signal)).rejects.toThrow("Timeout after 20 s waiting for rain");
    expect(clock.sleeps).toEqual([250, 500, 1000, 5000, 5000, 5000, 3250]);
  });

  it("ends when the build does", async () => {
    const abort = new AbortController();
    const clock = new FakeClock();
    const look = async (): Promise<undefined> => {
      abort.abort(new Error("over"));
      return undefined;
    };
    const wait = { what: "rain", timeoutMs: 20_000, look };
    await expect(waitFor({ clock }, {}, wait, abort.signal)).rejects.toThrow("over");
  });
});

describe("retry A", () => {
  it("tries eleven times, doubling up to thirty seconds", async () => {
    const clock = new FakeClock();
    const again = retrying(
      clock,
      signal,
      retryA,
      () => true,
      () => Promise.reject(new Error("no")),
    );
    await expect(again).rejects.toThrow("no");
    expect(clock.sleeps).toEqual([200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
  });
});

describe("user data", () => {
  const files = { readText: async () => "from a file" };
  it("is encoded unless it already is", async () => {
    expect(await userData({ user_data: "hello world" }, files)).toBe("aGVsbG8gd29ybGQ=");
    expect(await userData({ user_data: "aGVsbG8gd29ybGQ=" }, files)).toBe("aGVsbG8gd29ybGQ=");
    expect(await userData({ user_data_file: "x" }, files)).toBe("ZnJvbSBhIGZpbGU=");
    expect(await userData({}, files)).toBeUndefined();
  });
});

describe("shared configuration files", () => {
  it("have sections, comments and nested settings", () => {
    const text =
      "# c\n[default]\nregion=us-east-1 \n\n[profile a b]\ns3 =\n  x = 1\nrole_arn = r\n; c\n[services local]\nec2=\n endpoint_url = u\n";
    expect(Object.fromEntries(parseSections(text))).toEqual({
      default: { region: "us-east-1" },
      "profile a b": { s3: "", "s3.x": "1", role_arn: "r" },
      "services local": { ec2: "", "ec2.endpoint_url": "u" },
    });
  });
});

describe("public keys", () => {
  it("are what ssh-keygen would print", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const line = publicKeyOf(String(privateKey.export({ type: "pkcs8", format: "pem" })), "me");
    expect(line).toBe(
      `ssh-ed25519 ${Buffer.concat([Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0 "), raw]).toString("base64")} me`,
    );
  });
  it("are read out of the OpenSSH format, where they are never encrypted", () => {
    const field = (text: string | Buffer): Buffer => {
      const bytes = Buffer.from(text as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    const blob = Buffer.concat([field("ssh-ed25519"), field(Buffer.alloc(32, 7))]);
    const one = Buffer.from([0, 0, 0, 1]);
    const parts = [
      Buffer.from("openssh-key-v1\0"),
      field("aes256-ctr"),
      field("bcrypt"),
      field("salt"),
      one,
      field(blob),
    ];
    const label = "OPENSSH PRIVATE KEY";
    const key = `-----BEGIN ${label}-----\n${Buffer.concat([...parts, field("locked")]).toString("base64")}\n-----END ${label}-----\n`;
    expect(publicKeyOf(key, "me")).toBe(`ssh-ed25519 ${blob.toString("base64")} me`);
  });
});

describe("secrets manager", () => {
  const env = { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "s", AWS_REGION: "us-east-1" };
  it("reads the text, or one member of it", async () => {
    const aws = new FakeAws();
    const options = { signal, transport: aws.transport };
    expect(await rawSecret("db", new FakeHost({ env }), options)).toBe('{"user":"u","password":"p"}');
    expect(await secret("db", "password", new FakeHost({ env }), options)).toBe("p");
    expect(aws.calls[0]).toMatchObject({ service: "secretsmanager", input: { SecretId: "db" } });
  });
  it("follows Packer's rules for keys", () => {
    expect(secretMember("plain", null)).toBe("plain");
    expect(secretMember('{"only":"x"}', null)).toBe("x");
    expect(() => secretMember('{"a":"x","b":"y"}', null)).toThrow("several");
    expect(() => secretMember('{"a":"x"}', "b")).toThrow('No secret found for key "b"');
    expect(secretMember('{"n":5}', "n")).toBe("5");
  });
});
