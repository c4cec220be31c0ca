import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, KilnBed, type RunOptions } from "../kiln.ts";
import { type LocalSshd, startSshd } from "./local-sshd.ts";
import { type Moto, startMoto } from "./moto-server.ts";

let moto: Moto;
let sshd: LocalSshd;
const bed = new KilnBed();

beforeAll(async () => {
  sshd = await startSshd();
  moto = await startMoto(({ action, body }) => {
    // Moto has no machines: the sshd here stands for them, and lets in the key that moto gave out.
    const key = /<keyMaterial>([^<]+)</.exec(body)?.[1];
    if (action === "CreateKeyPair" && key) sshd.admit(key.replaceAll("&#xD;", ""));
  });
}, 600_000);
afterAll(async () => {
  await moto?.[Symbol.asyncDispose]();
  await sshd?.[Symbol.asyncDispose]();
  bed[Symbol.dispose]();
});

const environment = (): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  AWS_ENDPOINT_URL: moto.url,
  AWS_DEFAULT_REGION: "us-east-1",
});

function build(options: Readonly<Record<string, unknown>>, more: RunOptions = {}): Promise<Finished> {
  const template = {
    builders: [
      {
        type: "amazon-ebs",
        region: "us-east-1",
        source_ami_filter: {
          filters: { "virtualization-type": "hvm", name: "ubuntu/images/*ubuntu-*", "root-device-type": "ebs" },
          owners: ["099720109477"],
          most_recent: true,
        },
        instance_type: "t2.micro",
        ssh_username: userInfo().username,
        ssh_host: "127.0.0.1",
        ssh_port: sshd.port,
        max_retries: 0,
        skip_ami_run_tags: true,
        ...options,
      },
    ],
    provisioners: [{ type: "shell", inline: ["echo provisioned $PACKER_BUILD_NAME"] }],
  };
  const path = join(bed.folder, "template.json");
  writeFileSync(path, JSON.stringify(template));
  return bed.run(["build", path], { ...more, env: environment() });
}
const execute = promisify(execFile);
/** What an independent client sees. Not synchronous: the proxy lives in this process. */
async function aws(...args: readonly string[]): Promise<unknown> {
  const env = { ...process.env, ...environment() };
  const { stdout } = await execute("aws", [...args, "--endpoint-url", moto.url, "--output", "json"], { env });
  return JSON.parse(stdout || "null") as unknown;
}
async function leftovers(): Promise<unknown> {
  const alive = "Name=instance-state-name,Values=pending,running,stopping,stopped";
  const groups = "SecurityGroups[?starts_with(GroupName,'packer')].GroupName";
  const [keys, found, instances, templates, roles] = await Promise.all([
    aws("ec2", "describe-key-pairs", "--query", "KeyPairs[].KeyName"),
    aws("ec2", "describe-security-groups", "--query", groups),
    aws("ec2", "describe-instances", "--filters", alive, "--query", "Reservations[].Instances[].InstanceId"),
    aws("ec2", "describe-launch-templates", "--query", "LaunchTemplates[].LaunchTemplateName"),
    aws("iam", "list-roles", "--query", "Roles[?starts_with(RoleName,'packer')].RoleName"),
  ]);
  return { keys, groups: found, instances, templates, roles };
}
const nothing = { keys: [], groups: [], instances: [], templates: [], roles: [] };
function images(name: string, region = "us-east-1"): Promise<unknown> {
  const query = "Images[].{id:ImageId,tags:Tags,description:Description}";
  const filter = `Name=name,Values=${name}`;
  return aws("ec2", "describe-images", "--owners", "self", "--filters", filter, "--query", query, "--region", region);
}

describe("amazon-ebs against moto", () => {
  it("builds an image and leaves nothing else", async () => {
    const { code, stdout, stderr } = await build({ ami_name: "plain" });
    expect(stderr + stdout).toContain("provisioned amazon-ebs");
    expect(code).toBe(0);
    const id = /us-east-1: (ami-[0-9a-f]+)/.exec(stdout)?.[1];
    expect(await images("plain")).toEqual([{ id, tags: [], description: "" }]);
    expect(await leftovers()).toEqual(nothing);
  });

  it("tags, describes, shares and copies", async () => {
    const { code, stdout } = await build({
      ami_name: "shared",
      ami_description: "from {{ .SourceAMI }}",
      ami_users: ["210987654321"],
      ami_regions: ["us-west-2"],
      snapshot_users: ["210987654321"],
      tags: { Base: "{{ .SourceAMIName }}" },
      imds_support: "v2.0",
      associate_public_ip_address: true,
    });
    expect(stdout).toContain("Copying to: us-west-2");
    expect(code).toBe(0);
    const made = { tags: [{ Key: "Base", Value: expect.stringContaining("ubuntu") }] };
    const [image] = (await images("shared")) as readonly { readonly id: string }[];
    expect(image).toMatchObject(made);
    const ask = ["ec2", "describe-image-attribute", "--image-id", image?.id ?? "", "--attribute", "launchPermission"];
    expect(await aws(...ask)).toMatchObject({ LaunchPermissions: [{ UserId: "210987654321" }] });
    // Moto accepts a description and forgets it.
    const changes = moto.exchanges.filter((exchange) => exchange.action === "ModifyImageAttribute");
    expect(changes.some(({ sent }) => sent.get("Description.Value")?.startsWith("from ami-"))).toBe(true);
    expect(await images("shared", "us-west-2")).toMatchObject([made]);
    expect(await leftovers()).toEqual(nothing);
  });

  it("encrypts through an intermediary image", async () => {
    const { code, stdout } = await build({ ami_name: "encrypted", encrypt_boot: true });
    expect(stdout).toContain("deleting unencrypted temporary AMIs");
    expect(code).toBe(0);
    expect(await images("encrypted")).toHaveLength(1);
    const query = "length(Images[?Name!='encrypted' && length(Name)==`7`])";
    expect(await aws("ec2", "describe-images", "--owners", "self", "--query", query)).toBe(0);
  });

  it("runs on a spot instance with a temporary profile", async () => {
    const { code, stdout } = await build({
      ami_name: "spot",
      spot_price: "auto",
      temporary_iam_instance_profile_policy_document: {
        Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] }],
      },
    });
    expect(stdout).toContain("Created Spot Fleet launch template");
    expect(code).toBe(0);
    expect(await leftovers()).toEqual(nothing);
  });

  it("refuses a taken name, and replaces it when told to", async () => {
    const refused = await build({ ami_name: "plain" });
    expect(refused.code).toBe(1);
    expect(refused.stdout + refused.stderr).toContain("Error: AMI Name: 'plain' is used by an existing AMI: ami-");
    const [before] = (await images("plain")) as readonly { readonly id: string }[];
    const replaced = await build({ ami_name: "plain", force_deregister: true, force_delete_snapshot: true });
    expect(replaced.stdout).toContain(`Deregistered AMI plain, id: ${before?.id}`);
    expect(replaced.code).toBe(0);
    expect(await images("plain")).toHaveLength(1);
  });
});

describe("a killed build", () => {
  it.each([
    "Creating temporary security group",
    "Waiting for instance",
    "provisioned amazon-ebs",
    "Waiting for AMI to become ready",
    "Adding tags to AMI",
  ])("at %j is cleaned up by the next process", async (line) => {
    const ami_name = `killed ${line.length}`;
    const killed = await build(
      { ami_name, tags: { a: "b" } },
      { onOutput: (soFar, kill) => void (soFar.includes(line) && kill("SIGKILL")) },
    );
    expect(killed.signal).toBe("SIGKILL");
    const cleaned = await bed.run(["cleanup"], { env: environment() });
    expect(cleaned.stderr).toBe("");
    expect(cleaned.stdout).toContain("EC2 key pair packer_");
    expect(cleaned.code).toBe(0);
    expect(await leftovers()).toEqual(nothing);
    expect(await images(ami_name)).toEqual([]);
    const again = await bed.run(["cleanup", "-dry-run"], { env: environment() });
    expect(again.stdout).not.toContain("amazon");
  });
});

/** What moto 5.2 lacks of the calls that the builder makes; each fails the build, which cleans up. */
const lacking: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["CreateImage", { skip_ami_run_tags: false, run_tags: { team: "x" } }],
  ["EnableImageDeprecation", { deprecate_at: "2099-01-01T00:00:00Z" }],
  ["EnableImageDeregistrationProtection", { deregistration_protection: { enabled: true } }],
  ["EnableFastLaunch", { fast_launch: { enable_fast_launch: true } }],
];

describe("what moto lacks", () => {
  it.each(lacking)("%s fails and leaves nothing", async (action, options) => {
    const { code } = await build({ ami_name: `lacking-${action}`, ...options });
    expect(code).toBe(1);
    expect(moto.exchanges.findLast((exchange) => exchange.action === action)?.status).toBe(500);
    expect(await images(`lacking-${action}`)).toEqual([]);
    expect(await leftovers()).toEqual(nothing);
  });
});
