import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { docker } from "../beds/docker-engine.ts";
import { type Registry, startRegistry } from "../beds/registry.ts";
import { tinyArchive } from "../beds/tiny-image.ts";
import { KilnBed } from "../kiln.ts";

// The machine's own engine: one in a network namespace of its own would not reach the registry.
const image = `kiln-test/registry-tiny:${process.pid}`;
const repository = `team/app-${process.pid}`;
let registry: Registry;
let bed: KilnBed;
let name: string;

beforeAll(async () => {
  registry = await startRegistry();
  bed = new KilnBed();
  name = `${registry.server}/${repository}`;
  using archive = tinyArchive();
  await docker(["import", "--change", 'CMD ["/bin/sh"]', archive.path, image]);
});
afterAll(async () => {
  // What was pulled keeps its digest when the tags are gone: by id nothing stays.
  const ids = new Set((await docker(["images", "-q", name])).split("\n").filter(Boolean));
  for (const id of [...ids, image]) await docker(["rmi", "-f", id]).catch(() => "");
  bed[Symbol.dispose]();
  await registry[Symbol.asyncDispose]();
});

const login = (): object => ({
  login: true,
  login_server: registry.server,
  login_username: registry.username,
  login_password: registry.password,
});
function build(template: object, env: Readonly<Record<string, string>> = {}) {
  const path = join(bed.folder, "template.json");
  writeFileSync(path, JSON.stringify(template));
  const home = join(bed.folder, "home");
  mkdirSync(home, { recursive: true });
  return bed.run(["build", "-color=false", path], { cwd: bed.folder, env: { HOME: home, ...env } });
}

it("tags and pushes with a password over TLS; the login stays out of the user's configuration and the output", async () => {
  const done = await build({
    builders: [{ type: "docker", image, pull: false, commit: true }],
    provisioners: [{ type: "shell", inline: ["echo pushed > /etc/made"] }],
    "post-processors": [
      [
        { type: "docker-tag", repository: name, tags: ["1", "2"] },
        { type: "docker-push", ...login() },
        { type: "shell-local", inline: ["echo digest is {{ build `Digest` }}"] },
      ],
    ],
  });
  expect([done.code, done.stderr]).toEqual([0, ""]);
  for (const line of [
    "Creating temporary Docker configuration directory",
    "Logging in...",
    "Login Succeeded",
    `Pushing: ${name}:1`,
    `Pushing: ${name}:2`,
    "Logging out...",
    `Removing login credentials for ${registry.server}`,
    "Removing temporary Docker configuration directory",
  ]) {
    expect(done.stdout).toContain(`    docker (docker-push): ${line}`);
  }
  expect(done.stdout).toMatch(/digest is \S+@sha256:[0-9a-f]{64}/);
  expect(done.stdout).not.toContain(registry.password);
  expect(existsSync(join(bed.folder, "home/.docker/config.json"))).toBe(false);
  const tags = await registry.get(`/v2/${repository}/tags/list`);
  const { tags: pushed } = JSON.parse(tags.body) as { readonly tags: readonly string[] };
  expect(pushed.toSorted()).toEqual(["1", "2"]);
});

it("pulls with a password, and publishes the digest", async () => {
  for (const tag of ["1", "2"]) await docker(["rmi", `${name}:${tag}`]);
  const done = await build({
    builders: [{ type: "docker", image: `${name}:1`, discard: true, ...login() }],
    provisioners: [{ type: "shell", inline: ["cat /etc/made", "echo from {{ build `SourceImageDigest` }}"] }],
  });
  expect([done.code, done.stderr]).toEqual([0, ""]);
  expect(done.stdout).toContain(`==> docker: Pulling Docker image: ${name}:1`);
  expect(done.stdout).toContain("    docker: Logging in...");
  expect(done.stdout).toContain("    docker: pushed");
  expect(done.stdout).toMatch(new RegExp(`from ${name}@sha256:[0-9a-f]{64}`));
  expect(existsSync(join(bed.folder, "home/.docker/config.json"))).toBe(false);
});

it("says what the registry says when it refuses, and keeps the image", async () => {
  const push = { type: "docker-push" };
  const template = (more: object): object => ({
    builders: [{ type: "docker", image, pull: false, commit: true }],
    "post-processors": [
      [
        { type: "docker-tag", repository: name, tags: ["1"] },
        { ...push, ...more },
      ],
    ],
  });
  const anonymous = await build(template({}));
  expect(anonymous.code).toBe(1);
  expect(anonymous.stdout).toMatch(/Error pushing \S+: .*no basic auth credentials/);
  const wrong = await build(template({ ...login(), login_password: "not-the-one" }));
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toMatch(/Error logging in: .*Unauthorized/s);
  expect(wrong.stdout).toContain("this was finished and is kept: Imported Docker image:");
});

it("imports an exported container with changes, and saves what a fresh container runs", async () => {
  const done = await build({
    builders: [{ type: "docker", image, pull: false, export_path: "out/root.tar" }],
    provisioners: [{ type: "shell", inline: ["echo exported > /etc/made"] }],
    "post-processors": [
      [
        { type: "docker-import", repository: name, tag: "import", changes: ['CMD ["cat", "/etc/made"]'] },
        { type: "docker-save", path: "out/saved.tar" },
      ],
    ],
  });
  expect([done.code, done.stderr]).toEqual([0, ""]);
  expect(done.stdout).toMatch(/Importing image: Container\n.*Repository: \S+:import\n.*Imported ID: sha256:/);
  expect(await docker(["run", "--rm", `${name}:import`])).toBe("exported");
  await docker(["rmi", `${name}:import`]);
  await docker(["load", "-i", join(bed.folder, "out/saved.tar")]);
  expect(await docker(["run", "--rm", `${name}:import`])).toBe("exported");
});

it("fetches the password from ECR's own interface", async () => {
  const asked: string[] = [];
  const token = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  const server = createServer((request, response) => {
    asked.push(String(request.headers["x-amz-target"]));
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end(JSON.stringify({ authorizationData: [{ authorizationToken: token, proxyEndpoint: "https://x" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const ecr = {
      ecr_login: true,
      login_server: "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
      aws_access_key: "AKIDEXAMPLE",
      aws_secret_key: "secret-of-aws",
    };
    const done = await build(
      {
        builders: [{ type: "docker", image, pull: false, commit: true }],
        "post-processors": [
          [
            { type: "docker-tag", repository: name, tags: ["1"] },
            { type: "docker-push", ...ecr },
          ],
        ],
      },
      { AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${port}` },
    );
    // The registry of that name is not there: the password came, and `docker login` was tried with it.
    expect(asked).toEqual(["AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"]);
    expect(done.stdout).toContain("Fetching ECR credentials...");
    expect(done.stdout).toMatch(/Error logging in: .*123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com/s);
    expect(done.stdout).not.toContain(registry.password);
    expect(done.stdout).not.toContain("secret-of-aws");
  } finally {
    server.close();
  }
});
