import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, KilnBed } from "../kiln.ts";
import { type Moto, startMoto } from "./moto-server.ts";

let moto: Moto;
const bed = new KilnBed();
const execute = promisify(execFile);

const environment = (): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  AWS_ENDPOINT_URL: moto.url,
  AWS_DEFAULT_REGION: "us-east-1",
});
async function aws(...args: readonly string[]): Promise<unknown> {
  const env = { ...process.env, ...environment() };
  const { stdout } = await execute("aws", [...args, "--endpoint-url", moto.url, "--output", "json"], { env });
  return JSON.parse(stdout || "null") as unknown;
}

beforeAll(async () => {
  moto = await startMoto(() => {});
  const secret = JSON.stringify({ first: "hunter2-first", second: 7 });
  await aws("secretsmanager", "create-secret", "--name", "app/database", "--secret-string", secret);
  await aws("secretsmanager", "create-secret", "--name", "app/plain", "--secret-string", "hunter2-plain");
  await aws("ssm", "put-parameter", "--name", "/app/size", "--type", "String", "--value", "large");
  await aws("ssm", "put-parameter", "--name", "/app/key", "--type", "SecureString", "--value", "hunter2-secure");
}, 600_000);
afterAll(async () => {
  await moto?.[Symbol.asyncDispose]();
  bed[Symbol.dispose]();
});

/** Builds with a null source; the machine's part prints what `lines` give. */
function build(data: string, lines: readonly string[]): Promise<Finished> {
  const path = join(bed.folder, "data.pkr.hcl");
  writeFileSync(
    path,
    `${data}
source "null" "x" { communicator = "none" }
build {
  sources = ["null.x"]
  provisioner "shell-local" {
    inline = [${lines.map((line) => `"printf '%s\\\\n' '${line}' >> ${join(bed.folder, "out.txt")}; echo shown ${line}"`).join(", ")}]
  }
}
`,
  );
  return bed.run(["build", "-color=false", path], { env: environment() });
}
const written = async (): Promise<string> => (await execute("cat", [join(bed.folder, "out.txt")])).stdout;

describe("amazon data sources against moto", () => {
  it("read parameters, secrets and images, and show no secret", async () => {
    const { code, stdout, stderr } = await build(
      `
data "amazon-parameterstore" "size" { name = "/app/size" }
data "amazon-parameterstore" "key" {
  name            = "/app/key"
  with_decryption = true
}
data "amazon-secretsmanager" "first" { name = "app/database" }
data "amazon-secretsmanager" "second" {
  name = "app/database"
  key  = "second"
}
data "amazon-secretsmanager" "plain" { name = "app/plain" }
data "amazon-ami" "ubuntu" {
  filters     = { name = "ubuntu/images/*ubuntu-*", "virtualization-type" = "hvm" }
  owners      = ["099720109477"]
  most_recent = true
}`,
      [
        "${data.amazon-parameterstore.size.value} ${data.amazon-parameterstore.size.version}",
        "${data.amazon-parameterstore.key.value}",
        "${data.amazon-secretsmanager.first.value} ${data.amazon-secretsmanager.second.value}",
        "${data.amazon-secretsmanager.plain.value}",
        "${data.amazon-ami.ubuntu.id} ${data.amazon-ami.ubuntu.owner}",
      ],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = (await written()).trim().split("\n");
    expect(lines.slice(0, 4)).toEqual(["large 1", "hunter2-secure", "hunter2-first 7", "hunter2-plain"]);
    const newest = (await aws(
      "ec2",
      "describe-images",
      "--owners",
      "099720109477",
      "--filters",
      "Name=name,Values=ubuntu/images/*ubuntu-*",
      "Name=virtualization-type,Values=hvm",
      "--query",
      "sort_by(Images,&CreationDate)[-1].CreationDate",
    )) as string;
    const [id = "", owner] = lines[4]?.split(" ") ?? [];
    expect(owner).toBe("099720109477");
    const date = await aws("ec2", "describe-images", "--image-ids", id, "--query", "Images[0].CreationDate");
    expect(date).toBe(newest);
    expect(stdout).toContain("shown large 1");
    expect(stdout).not.toMatch(/hunter2-/);
  });

  it.each([
    ['data "amazon-parameterstore" "p" { name = "/app/none" }', 'The parameter name "/app/none" not found'],
    [
      'data "amazon-secretsmanager" "s" { name = "app/none" }',
      'Secrets Manager Secret "app/none" Version "AWSCURRENT" not found',
    ],
    [
      'data "amazon-secretsmanager" "s" {\n  name = "app/database"\n  key  = "third"\n}',
      'No secret found for key "third"',
    ],
    [
      'data "amazon-ami" "a" {\n  filters = { name = "nothing-*" }\n  owners  = ["self"]\n}',
      "No AMI was found matching filters",
    ],
    ['data "amazon-ami" "a" { filters = { name = "x" } }', "you must declare an owner"],
  ])("say what is wrong: %s", async (data, message) => {
    const { code, stdout, stderr } = await build(data, ["x"]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(message);
    expect(stdout + stderr).toContain("data.pkr.hcl");
    expect(stdout + stderr).not.toMatch(/^\s+at .*\.[cm]?js/m);
  });
});
