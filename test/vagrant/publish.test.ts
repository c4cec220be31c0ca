import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Finished, KilnBed, type RunOptions } from "../kiln.ts";
import { type FakeService, fakeService, type Reply } from "./fake-service.ts";

let bed: KilnBed;
const box = randomBytes(700_000);
beforeEach(() => {
  bed = new KilnBed();
  const parts = join(bed.folder, "parts");
  mkdirSync(parts);
  writeFileSync(join(parts, "metadata.json"), '{"architecture":"arm64","provider":"libvirt"}');
  writeFileSync(join(parts, "box_0.img"), box);
  execFileSync("tar", ["-czf", join(bed.folder, "x.box"), "-C", parts, "box_0.img", "metadata.json"]);
});
afterEach(() => bed[Symbol.dispose]());

function build(
  type: "vagrant-cloud" | "vagrant-registry",
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
  files: readonly string[] = ["x.box"],
  onOutput: RunOptions["onOutput"] = () => {},
): Promise<Finished> {
  const path = join(bed.folder, "t.json");
  const publish = { type, box_tag: "me/test", version: "1.0", ...options };
  const chain = [{ type: "artifice", files }, publish];
  writeFileSync(
    path,
    JSON.stringify({ builders: [{ type: "null", communicator: "none" }], "post-processors": [chain] }),
  );
  return bed.run(["build", "-color=false", path], { cwd: bed.folder, env, onOutput });
}
const lines = (service: FakeService): readonly string[] => service.asked.map((a) => a.line);
const said = (run: Finished, type: string): readonly string[] =>
  run.stdout
    .split("\n")
    .filter((line) => line.includes(`(${type})`))
    .map((line) => line.replace(`null (${type})`, "x").replaceAll(/127\.0\.0\.1:\d+/g, "HOST"));

describe("Vagrant Cloud", () => {
  const provider = "/api/v2/box/me/test/version/1.0/provider/libvirt/arm64";
  function cloud(
    more: (line: string, url: string) => Reply | "hang up" | undefined = () => undefined,
  ): Promise<FakeService> {
    return fakeService((line, _, url) => {
      const special = more(line, url);
      if (special) return special;
      if (line === "GET /api/v2/box/me/test") return { body: { tag: "me/test", versions: [{ version: "0.9" }] } };
      if (line.endsWith("/upload/direct"))
        return { body: { upload_path: `${url}/storage/secret?sig=abc`, callback: `${url}${provider}/done/1` } };
      if (line.endsWith("/upload")) return { body: { upload_path: `${url}/storage/secret` } };
      return { status: line.startsWith("POST") ? 201 : 200 };
    });
  }

  it("gets the box, its version made and released", async () => {
    await using service = await cloud();
    const run = await build("vagrant-cloud", {
      vagrant_cloud_url: `${service.url}/api/v2`,
      access_token: "t0ken-of-mine",
      version_description: "first",
      default_architecture: "arm64",
      box_checksum: "md5:0123",
    });
    expect(run.code, run.stdout).toBe(0);
    expect(lines(service)).toEqual([
      "GET /api/v2/box/me/test",
      "POST /api/v2/box/me/test/versions",
      "POST /api/v2/box/me/test/version/1.0/providers",
      `GET ${provider}/upload/direct`,
      "PUT /storage/secret?sig=abc",
      `PUT ${provider}/done/1`,
      "PUT /api/v2/box/me/test/version/1.0/release",
    ]);
    const [, version, made, , sent] = service.asked;
    expect(JSON.parse(String(version?.body))).toEqual({ version: { version: "1.0", description: "first" } });
    expect(JSON.parse(String(made?.body))).toEqual({
      provider: {
        name: "libvirt",
        architecture: "arm64",
        default_architecture: true,
        checksum: "0123",
        checksum_type: "md5",
      },
    });
    expect(sent?.body.equals(execFileSync("cat", [join(bed.folder, "x.box")], { maxBuffer: 2 ** 24 }))).toBe(true);
    expect(sent?.length).toBe(String(sent?.body.length));
    // The storage behind the service is somebody else: it never sees the token.
    expect(service.asked.map((a) => a.authorization)).toEqual(
      service.asked.map((a) => (a.line.includes("storage") ? undefined : "Bearer t0ken-of-mine")),
    );
    expect(said(run, "vagrant-cloud")).toEqual([
      "==> x: Verifying box is accessible: me/test",
      "    x: Box accessible and matches tag",
      "==> x: Creating version: 1.0",
      "==> x: Creating provider: libvirt",
      "==> x: Preparing upload of box: x.box",
      "==> x: Uploading box: x.box",
      "    x: Depending on your internet connection and the size of the box,",
      "    x: this may take some time",
      "    x: Uploading box",
      "    x: Box successfully uploaded",
      "==> x: Confirming direct box upload completion",
      "==> x: Releasing version: 1.0",
      "    x: Version successfully released and available",
    ]);
    expect(run.stdout).toContain("--> null: 'libvirt': me/test\n");
    expect(run.stdout).not.toContain("t0ken-of-mine");
    expect((await bed.run(["cleanup"])).stdout).toBe("Nothing was left behind.\n");
  });

  it("keeps an existing version, sends through the service, leaves it unreleased", async () => {
    await using service = await cloud((line) =>
      line === "GET /api/v2/box/me/test" ? { body: { tag: "me/test", versions: [{ version: "1.0" }] } } : undefined,
    );
    const run = await build(
      "vagrant-cloud",
      { vagrant_cloud_url: `${service.url}/api/v2`, no_release: true, no_direct_upload: true, architecture: "i386" },
      { VAGRANT_CLOUD_TOKEN: "from-environment" },
    );
    expect(run.code, run.stdout).toBe(0);
    expect(lines(service)).toEqual([
      "GET /api/v2/box/me/test",
      "POST /api/v2/box/me/test/version/1.0/providers",
      "GET /api/v2/box/me/test/version/1.0/provider/libvirt/i386/upload",
      "PUT /storage/secret",
    ]);
    expect(service.asked[0]?.authorization).toBe("Bearer from-environment");
    expect(run.stdout).toContain("Version exists, skipping creation");
    expect(run.stdout).toContain("Not releasing version due to configuration");
  });

  it("names where the box is instead of sending it", async () => {
    await using service = await cloud();
    const run = await build("vagrant-cloud", {
      vagrant_cloud_url: `${service.url}/api/v2`,
      box_download_url: "https://h/{{.Provider}}-{{.Architecture}}.box",
    });
    expect(run.code, run.stdout).toBe(0);
    expect(JSON.parse(String(service.asked[2]?.body))).toMatchObject({
      provider: { url: "https://h/libvirt-arm64.box" },
    });
    expect(lines(service)).toHaveLength(4);
  });

  it("takes its provider back when the upload fails for good", async () => {
    await using service = await cloud((line) => (line.startsWith("PUT /storage") ? { status: 403 } : undefined));
    const run = await build("vagrant-cloud", { vagrant_cloud_url: `${service.url}/api/v2`, access_token: "t0ken" });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("Error uploading box! Will retry in 10 seconds. Error: bad HTTP status: 403");
    expect(run.stdout).toContain("Failed to upload box asset: bad HTTP status: 403");
    expect(lines(service).filter((line) => line.startsWith("PUT"))).toHaveLength(3);
    expect(lines(service).at(-1)).toBe(`DELETE ${provider}`);
    expect((await bed.run(["cleanup"])).stdout).toBe("Nothing was left behind.\n");
  });

  it("tries again when the connection breaks in the middle of an upload", async () => {
    let broken = false;
    await using service = await cloud((line) => {
      if (!line.startsWith("PUT /storage") || broken) return undefined;
      broken = true;
      return "hang up";
    });
    const run = await build("vagrant-cloud", { vagrant_cloud_url: `${service.url}/api/v2`, access_token: "t0ken" });
    expect(run.code, run.stdout).toBe(0);
    expect(lines(service).filter((line) => line.startsWith("PUT /storage"))).toHaveLength(2);
    expect(run.stdout).toContain("Will retry in 10 seconds");
  });

  it("after a kill, another process takes the provider back with the environment's token", async () => {
    let storing: (() => void) | undefined;
    const reached = new Promise<void>((resolve) => {
      storing = resolve;
    });
    await using service = await cloud((line) => {
      // The answer to the upload never matters: its client is killed.
      if (line.startsWith("PUT /storage")) storing?.();
      return line.startsWith("PUT /storage") ? { status: 503 } : undefined;
    });
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    const running = build(
      "vagrant-cloud",
      { vagrant_cloud_url: `${service.url}/api/v2`, access_token: "t0ken" },
      {},
      ["x.box"],
      (_, end) => {
        kill = end;
      },
    );
    await reached;
    kill?.("SIGKILL");
    expect((await running).signal).toBe("SIGKILL");
    const cleaned = await bed.run(["cleanup"], { env: { VAGRANT_CLOUD_TOKEN: "from-environment" } });
    expect(cleaned.code, cleaned.stdout).toBe(0);
    expect(cleaned.stdout).toContain("unfinished upload");
    const last = service.asked.at(-1);
    expect([last?.line, last?.authorization]).toEqual([`DELETE ${provider}`, "Bearer from-environment"]);
  });

  it.each([
    [
      "a box that is not there",
      { status: 404, body: { errors: ["Resource not found!"] } },
      /Resource not found!.*Make the box me\/test first/,
    ],
    ["a wrong token", { status: 401, body: { errors: ["Unauthorized"] } }, /Unauthorized.*Check access_token/],
    ["another box", { body: { tag: "you/test" } }, /Could not verify box is correct: me\/test/],
  ])("says what is wrong with %s", async (_, reply, message) => {
    await using service = await cloud((line) => (line.startsWith("GET") ? reply : undefined));
    const run = await build("vagrant-cloud", { vagrant_cloud_url: `${service.url}/api/v2`, access_token: "t0ken" });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(message);
    expect(lines(service)).toHaveLength(1);
  });

  it("says what is missing before it runs", async () => {
    const run = await build(
      "vagrant-cloud",
      { box_tag: "justme", version: "", box_checksum: "x" },
      { VAGRANT_CLOUD_TOKEN: "" },
    );
    expect(run.code).toBe(1);
    for (const phrase of [
      "version must be set",
      "box_tag must include registry and box name",
      "box_checksum format invalid",
      "access_token must be set if vagrant_cloud_url has not been overridden",
    ])
      expect(run.stdout).toContain(phrase);
  });

  it("refuses what is no box", async () => {
    writeFileSync(join(bed.folder, "bad.box"), "not packed");
    await using service = await cloud();
    const options = { vagrant_cloud_url: `${service.url}/api/v2`, access_token: "t0ken" };
    const damaged = await build("vagrant-cloud", options, {}, ["bad.box"]);
    expect(damaged.stdout).toMatch(/bad\.box is not a Vagrant box|metadata\.json file not found in box: bad\.box/);
    const other = await build("vagrant-cloud", options, {}, ["t.json"]);
    expect(other.stdout).toContain("Vagrant box with .box suffix is required as first artifact file: [t.json]");
    expect(service.asked).toEqual([]);
  });
});

describe("the HCP registry", () => {
  const at = "/vagrant/2022-09-30/registry/me";
  const version = `${at}/box/test/version/1.0`;
  const architecture = `${version}/provider/libvirt/architecture/arm64`;
  function registry(existing: readonly string[] = []): Promise<FakeService> {
    return fakeService((line, _, url) => {
      if (line === "POST /oauth2/token") return { body: { access_token: "hcp-t0ken" } };
      if (line.endsWith("/direct/upload")) return { body: { url: `${url}/storage/secret`, object: "o/1" } };
      if (line.startsWith("GET /operation")) return { body: { operation: { state: "DONE" } } };
      if (line === `POST ${at}/boxes`)
        return { body: { operation: { id: "op", location: { organization_id: "org", project_id: "prj" } } } };
      if (line.startsWith("GET"))
        return existing.includes(line.slice(4)) ? {} : { status: 404, body: { message: "no" } };
      return {};
    });
  }
  const login = { client_id: "id", client_secret: "s3cret-of-mine" };

  it("gets everything that was missing", async () => {
    await using service = await registry();
    const run = await build("vagrant-registry", {
      ...login,
      hcp_api_address: service.url,
      hcp_auth_url: service.url,
      box_description: "a box",
      box_private: true,
    });
    expect(run.code, run.stdout).toBe(0);
    expect(lines(service)).toEqual([
      "POST /oauth2/token",
      `GET ${at}/box/test`,
      `POST ${at}/boxes`,
      "GET /operation/2020-05-05/organizations/org/projects/prj/operations/op/wait?timeout=60s",
      `GET ${version}`,
      `POST ${at}/box/test/versions`,
      `GET ${version}/provider/libvirt`,
      `POST ${version}/providers`,
      `GET ${architecture}`,
      `POST ${version}/provider/libvirt/architectures`,
      `GET ${architecture}/direct/upload`,
      "PUT /storage/secret",
      `PUT ${architecture}/direct/complete/o%2F1`,
      `PUT ${version}/release`,
    ]);
    expect(Object.fromEntries(new URLSearchParams(String(service.asked[0]?.body)))).toEqual({
      grant_type: "client_credentials",
      client_id: "id",
      client_secret: "s3cret-of-mine",
      audience: "https://api.hashicorp.cloud",
    });
    expect(JSON.parse(String(service.asked[2]?.body))).toEqual({
      name: "test",
      description: "a box",
      is_private: true,
    });
    expect(JSON.parse(String(service.asked[9]?.body))).toEqual({
      architecture_type: "arm64",
      default: false,
      box_data: { checksum_type: "NONE" },
    });
    expect(run.stdout).toContain("Created new box: me/test");
    expect(run.stdout).toContain("Created new version: 1.0");
    expect(run.stdout).not.toContain("s3cret-of-mine");
    expect(run.stdout).not.toContain("hcp-t0ken");
  });

  it("updates what exists", async () => {
    await using service = await registry([`${at}/box/test`, version, `${version}/provider/libvirt`, architecture]);
    const run = await build("vagrant-registry", { hcp_api_address: service.url, box_download_url: "https://h/x.box" });
    expect(run.code, run.stdout).toBe(0);
    expect(lines(service).filter((line) => !line.startsWith("GET"))).toEqual([
      `PUT ${architecture}`,
      `PUT ${version}/release`,
    ]);
    expect(run.stdout).toContain("Found box and verified accessible: me/test");
  });

  it("says what HCP needs", async () => {
    const env = { HCP_CLIENT_ID: "", HCP_CLIENT_SECRET: "", HCP_API_ADDRESS: "" };
    const run = await build("vagrant-registry", { insecure_skip_tls_verify: true }, env);
    expect(run.code).toBe(1);
    for (const phrase of [
      "client_id must be set",
      "client_secret must be set",
      "insecure_skip_tls_verify cannot be enabled for HCP",
    ])
      expect(run.stdout).toContain(phrase);
  });

  it("says that the client was refused", async () => {
    await using service = await fakeService(() => ({ status: 401 }));
    const run = await build("vagrant-registry", { ...login, hcp_api_address: service.url, hcp_auth_url: service.url });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/HCP refused the client at http:\/\/127\.0\.0\.1:\d+: HTTP status 401/);
  });
});
