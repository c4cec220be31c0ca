import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

it("rehearses a template that starts from somebody's own image, once told who logs in to it", async () => {
  using bed = new KilnBed();
  const builder = {
    type: "amazon-ebs",
    region: "us-east-1",
    source_ami: "ami-0123456789abcdef0",
    instance_type: "t3.micro",
    ssh_username: "deploy",
    ami_name: "mine",
  };
  const provisioners = [{ type: "shell", inline: ["echo I am $(id -un)"] }];
  writeFileSync(join(bed.folder, "t.json"), JSON.stringify({ builders: [builder], provisioners }));
  const env = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
  const rehearse = (...flags: readonly string[]) =>
    bed.run(["rehearse", "-color=false", ...flags, "t.json"], { cwd: bed.folder, env });
  const refused = await rehearse();
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("kiln rehearse -unknown-images=USER")]);
  const made = await rehearse("-unknown-images=deploy");
  expect([made.code, made.stderr]).toEqual([0, ""]);
  expect(made.stdout).toContain("    amazon-ebs: I am deploy\n");
  expect(made.stdout).toMatch(/^us-east-1: ami-[0-9a-f]{17}$/m);
});
