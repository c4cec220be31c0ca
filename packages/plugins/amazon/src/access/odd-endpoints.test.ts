import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as plainServer, type RequestListener } from "node:http";
import { createServer as tlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { FakeHost } from "@kiln/sdk/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeFailure } from "../failure.ts";
import type { AccessConfig } from "../options/access.ts";
import { openAmazon } from "./amazon.ts";

const { signal } = new AbortController();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-endpoint-"));
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  const names = ["-subj", "/CN=endpoint", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...names, ...files], {
    stdio: "ignore",
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A server on loopback whose every answer is the same. */
async function endpoint(answer: RequestListener, tls = false): Promise<{ readonly url: string } & AsyncDisposable> {
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const server = tls ? tlsServer({ key: read("key.pem"), cert: read("cert.pem") }, answer) : plainServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http${tls ? "s" : ""}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What is said of a first request there; "" when it is answered. */
async function complaint(
  url: string,
  access: Partial<AccessConfig> = {},
  env: Record<string, string> = {},
  service: "ec2" | "sts" = "ec2",
): Promise<string> {
  const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_EC2_METADATA_DISABLED: "true" };
  const bundle = env["AWS_CA_BUNDLE"];
  const files = bundle === undefined ? {} : { [bundle]: readFileSync(bundle, "utf8") };
  const host = new FakeHost({ env: { ...keys, AWS_ENDPOINT_URL: url, ...env }, files });
  using amazon = await openAmazon({ region: "us-east-1", max_retries: 0, ...access }, host, { signal });
  try {
    if (service === "sts") await (await amazon.sts()).send(new GetCallerIdentityCommand({}));
    else await amazon.ec2().send(new DescribeRegionsCommand({}));
    return "";
  } catch (thrown) {
    return describeFailure(thrown);
  }
}

describe("an endpoint that is not AWS's", () => {
  it.each([
    [200, "application/json", '{"a":1}', '"{"a":1}"'],
    [200, "text/html", '<!DOCTYPE html>\n<meta charset="x">', '"<!DOCTYPE html>"'],
    [200, "text/html", "<html><body>ok</body></html>", "nothing that AWS says"],
    [404, "text/html", "<html><body>not found</body></html>", "nothing that AWS says"],
    [404, "text/plain", "404 page not found\n", '"404 page not found"'],
    [403, "application/json", '{"message":"Forbidden"}', '"{"message":"Forbidden"}"'],
  ])("is named, with what it says: %i %s %s", async (status, type, body, shown) => {
    await using server = await endpoint((_, response) =>
      response.writeHead(status, { "content-type": `${type}; charset=utf-8` }).end(body),
    );
    for (const service of ["ec2", "sts"] as const) {
      expect(await complaint(server.url, {}, {}, service)).toBe(
        `${server.url}/ does not answer as AWS does; it says HTTP ${status}, ${type}, ${shown}. Check the endpoint (custom_endpoint_ec2, AWS_ENDPOINT_URL, endpoint_url in the profile) and the proxy settings.`,
      );
    }
  });

  it("keeps an empty answer of AWS's own", async () => {
    await using server = await endpoint((_, response) =>
      response
        .writeHead(200, { "content-type": "text/html", "x-amzn-requestid": "1" })
        .end("<DescribeRegionsResponse/>"),
    );
    expect(await complaint(server.url)).toBe("");
  });
});

describe("an endpoint with a certificate of its own", () => {
  const answer: RequestListener = (_, response) =>
    response.writeHead(200, { "content-type": "text/xml", "x-amzn-requestid": "1" }).end("<DescribeRegionsResponse/>");

  it("is refused with what to set, and accepted when either is set", async () => {
    await using server = await endpoint(answer, true);
    const said = await complaint(server.url);
    expect(said).toContain("The certificate of the API's endpoint is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT).");
    expect(said).toContain("in AWS_CA_BUNDLE");
    expect(said).toContain("insecure_skip_tls_verify = true");
    expect(said).not.toContain("Node.js");
    expect(await complaint(server.url, { insecure_skip_tls_verify: true })).toBe("");
    expect(await complaint(server.url, {}, { AWS_CA_BUNDLE: join(folder, "cert.pem") })).toBe("");
  });
});

describe("a region that the endpoint does not know", () => {
  it("is what the advice begins with", async () => {
    const errors =
      "<Response><Errors><Error><Code>AuthFailure</Code><Message>Credential should be scoped to a valid region, not 'us-eat-1'.</Message></Error></Errors></Response>";
    await using server = await endpoint((_, response) =>
      response.writeHead(401, { "content-type": "text/xml" }).end(errors),
    );
    const [first = "", advice = ""] = (await complaint(server.url, { region: "us-eat-1" })).split("\n\n");
    expect(first).toBe("AuthFailure: Credential should be scoped to a valid region, not 'us-eat-1'.");
    expect(advice).toMatch(/^The endpoint does not serve the region .*: check region/);
    expect(advice).toContain("custom_endpoint_ec2");
  });
});
