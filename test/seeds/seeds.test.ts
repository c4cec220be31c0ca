import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, KilnBed, root } from "../kiln.ts";

/**
 * The templates of the documents that Packer's users learn from, on the local cloud, as printed; then an instance of each image,
 * started by a new process, has what was provisioned.
 */
let bed: KilnBed;
beforeAll(() => {
  bed = new KilnBed();
});
afterAll(() => bed[Symbol.dispose]());

const credentials = { AWS_ACCESS_KEY_ID: "MYACCESSKEYID", AWS_SECRET_ACCESS_KEY: "MYSECRETACCESSKEY" };

async function rehearse(example: string, template: string, args: readonly string[] = []): Promise<Finished> {
  const cwd = join(bed.folder, example);
  mkdirSync(cwd, { recursive: true });
  cpSync(join(root, "examples", example), cwd, { recursive: true });
  return bed.run(["rehearse", "-color=false", ...args, template], { cwd, env: credentials });
}

/** Output with everything that changes from run to run named instead. */
function normalised(text: string): readonly string[] {
  return text
    .replaceAll(/packer_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "packer_UUID")
    .replaceAll(/\bami-[0-9a-f]{8,17}\b/g, "AMI")
    .replaceAll(/\bi-[0-9a-f]{17}\b/g, "INSTANCE")
    .replaceAll(/\bsnap-[0-9a-f]{17}\b/g, "SNAPSHOT")
    .replaceAll(/\b1\d{9}\b/g, "TIME")
    .replaceAll(/after (?:\d+ \w+ ?)+/g, "after DURATION")
    .replaceAll(/packer-shell\d+/g, "packer-shellN")
    .split("\n");
}

function imageIn(text: string): string {
  return /^(?:[a-z]{2}-[a-z]+-\d): (ami-[0-9a-f]+)$/m.exec(text)?.[1] ?? "";
}

/** What a command says inside a fresh machine of the image. */
async function inside(image: string, command: string): Promise<string> {
  const { stdout } = await bed.run(["rehearse", "-shell", image], { input: `${command}\nexit\n` });
  return stdout;
}

const before = (name: string, port = 22): readonly string[] => [
  `==> amazon-ebs: Prevalidating AMI Name: ${name}`,
  "    amazon-ebs: Found Image ID: AMI",
  "==> amazon-ebs: Creating temporary keypair: packer_UUID",
  "==> amazon-ebs: Creating temporary security group for this instance: packer_UUID",
  `==> amazon-ebs: Authorizing access to port ${port} from 0.0.0.0/0 in the temporary security group...`,
  "==> amazon-ebs: Launching a source AWS instance...",
  "==> amazon-ebs: Adding tags to source instance",
  '    amazon-ebs: Adding tag: "Name": "Packer Builder"',
  "    amazon-ebs: Instance ID: INSTANCE",
  "==> amazon-ebs: Waiting for instance (INSTANCE) to become ready...",
  "==> amazon-ebs: Waiting for SSH to become available...",
  "==> amazon-ebs: Connected to SSH!",
];
const capture = (name: string): readonly string[] => [
  "==> amazon-ebs: Stopping the source instance...",
  "    amazon-ebs: Stopping instance, attempt 1",
  "==> amazon-ebs: Waiting for the instance to stop...",
  `==> amazon-ebs: Creating the AMI: ${name}`,
  "    amazon-ebs: AMI: AMI",
  "==> amazon-ebs: Waiting for AMI to become ready...",
];
const after = (region = "us-east-1"): readonly string[] => [
  "==> amazon-ebs: Terminating the source AWS instance...",
  "==> amazon-ebs: Cleaning up any extra volumes...",
  "==> amazon-ebs: No volumes to clean up, skipping",
  "==> amazon-ebs: Deleting temporary security group...",
  "==> amazon-ebs: Deleting temporary keypair...",
  "Build 'amazon-ebs' finished after DURATION.",
  "",
  "==> Wait completed after DURATION",
  "",
  "==> Builds finished. The artifacts of successful builds are:",
  "--> amazon-ebs: AMIs were created:",
  `${region}: AMI`,
];

function withoutNotes(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith("Note: ") && line !== "");
}

describe("the seed documents", () => {
  it("getting started: validates and builds example.json, line by line", async () => {
    const validated = await bed.run(["validate", join(root, "examples/getting-started/example.json")]);
    expect(validated).toMatchObject({ code: 0, stdout: "Template validated successfully.\n" });
    const built = await rehearse("getting-started", "example.json", [
      "-var",
      "aws_access_key=YOUR ACCESS KEY",
      "-var",
      "aws_secret_key=YOUR SECRET KEY",
    ]);
    expect(built.code, built.stdout).toBe(0);
    const name = "packer-example TIME";
    const expected = [...before(name), ...capture(name), ...after()];
    expect(withoutNotes(normalised(built.stdout))).toEqual(withoutNotes(expected));
  });

  it("provision: the same with Redis, which the image then has", async () => {
    const built = await rehearse("redis", "example.json");
    expect(built.code, built.stdout).toBe(0);
    expect(built.stdout).toMatch(/^==> amazon-ebs: Provisioning with shell script: \S*packer-shell\d+$/m);
    const seen = await inside(imageIn(built.stdout), "dpkg-query -W redis-server; command -v redis-server");
    expect(seen).toMatch(/redis-server\s+\d/);
    expect(seen).toContain("/usr/bin/redis-server");
  });

  it("first run: uploads welcome.txt and runs both scripts, line by line", async () => {
    const built = await rehearse("firstrun", "firstrun.json");
    expect(built.code, built.stdout).toBe(0);
    const name = "packer-linux-aws-demo-TIME";
    const lines = withoutNotes(normalised(built.stdout));
    const listing = lines.filter((l) => /amazon-ebs: (?:total |[-d][rwx-]{9})/.test(l));
    expect(listing.some((l) => l.endsWith(" welcome.txt"))).toBe(true);
    expect(listing.find((l) => l.endsWith(" welcome.txt"))).toMatch(/ ubuntu +ubuntu +19 /);
    const expected = [
      ...before(name),
      "==> amazon-ebs: Uploading ./welcome.txt => /home/ubuntu/",
      "==> amazon-ebs: Provisioning with shell script: /tmp/packer-shellN",
      "    amazon-ebs: WELCOME TO PACKER!",
      "==> amazon-ebs: Provisioning with shell script: ./example.sh",
      "    amazon-ebs: hello",
      ...capture(name),
      ...after(),
    ];
    expect(lines.filter((l) => !listing.includes(l))).toEqual(withoutNotes(expected));
    expect(await inside(imageIn(built.stdout), "cat /home/ubuntu/welcome.txt")).toContain("WELCOME TO PACKER!");
  });

  it("how Packer works: a fixed image name in us-west-2, with nginx; a second build is refused as EC2 refuses it", async () => {
    const built = await rehearse("how-packer-works", "example.json");
    expect(built.code, built.stdout).toBe(0);
    expect(normalised(built.stdout)).toEqual(
      expect.arrayContaining(["us-west-2: AMI", "==> amazon-ebs: Creating the AMI: my-custom-ami"]),
    );
    expect(await inside(imageIn(built.stdout), "/usr/sbin/nginx -v 2>&1")).toContain("nginx version");
    const again = await rehearse("how-packer-works", "example.json");
    expect(again.code).toBe(1);
    expect(again.stdout).toContain(
      `Error: AMI Name: 'my-custom-ami' is used by an existing AMI: ${imageIn(built.stdout)}`,
    );
    expect(again.stdout).toMatch(/rehearse -remove-image/);
    const forced = await rehearse("how-packer-works", "example.json", ["-force"]);
    expect(forced.code, forced.stdout).toBe(0);
    const removed = await bed.run(["rehearse", "-remove-image", "my-custom-ami"]);
    expect(removed).toMatchObject({ code: 0 });
    expect((await bed.run(["rehearse", "-images"])).stdout).not.toContain("my-custom-ami");
  });

  it("immutable servers: tags the image and its snapshot, and the image has nginx", async () => {
    const built = await rehearse("immutable-server", "my_test_build.json");
    expect(built.code, built.stdout).toBe(0);
    const lines = normalised(built.stdout);
    expect(lines).toEqual(
      expect.arrayContaining([
        "==> amazon-ebs: Provisioning with shell script: packer_provision.sh",
        "==> amazon-ebs: Adding tags to AMI (AMI)...",
        "==> amazon-ebs: Tagging snapshot: SNAPSHOT",
        "==> amazon-ebs: Creating AMI tags",
        '    amazon-ebs: Adding tag: "Name": "packer.my_test_machine.TIME"',
        '    amazon-ebs: Adding tag: "source": "packer"',
        "==> amazon-ebs: Creating snapshot tags",
      ]),
    );
    expect(await inside(imageIn(built.stdout), "/usr/sbin/nginx -v 2>&1")).toContain("nginx version");
  });

  it("templates, provisioners: only, except, override and pause_before, with null builders of those names", async () => {
    const cwd = join(root, "examples/provisioner-rules");
    const built = await bed.run(["build", "-color=false", "only-except.json"], { cwd });
    expect(built.code, built.stdout).toBe(0);
    const said = (build: string): readonly string[] =>
      built.stdout
        .split("\n")
        .filter((l) => l.startsWith(`    null.${build}: `))
        .map((l) => l.slice(`    null.${build}: `.length));
    expect(said("virtualbox-iso")).toEqual(Array.from({ length: 3 }, () => "script.sh runs for virtualbox-iso"));
    expect(said("vmware-iso")).toEqual([
      "everywhere but virtualbox-iso",
      "password",
      "script.sh runs for vmware-iso",
      "script.sh runs for vmware-iso",
    ]);
    expect(built.stdout).toContain("==> null.vmware-iso: Pausing 2s before the next provisioner...\n");
  });
});
