import { describe, expect, it } from "vitest";
import { plain, runEbs } from "../testing/run-ebs.ts";

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

describe("a plain build", () => {
  it("prints the lines of the getting-started listing, in its order", async () => {
    const { lines, aws, artifact, error } = await runEbs(plain);
    expect(error).toBeUndefined();
    expect(aws.problems).toEqual([]);
    expect(lines.map((line) => line.replaceAll(uuid, "UUID"))).toEqual([
      "==> Prevalidating AMI Name: packer-example 1",
      "    Found Image ID: ami-base",
      "==> Creating temporary keypair: packer_UUID",
      "==> Creating temporary security group for this instance: packer_UUID",
      "==> Authorizing access to port 22 from 0.0.0.0/0 in the temporary security group...",
      "==> Launching a source AWS instance...",
      "==> Adding tags to source instance",
      '    Adding tag: "Name": "Packer Builder"',
      "    Instance ID: i-00000000000000002",
      "==> Waiting for instance (i-00000000000000002) to become ready...",
      "==> Stopping the source instance...",
      "    Stopping instance, attempt 1",
      "==> Waiting for the instance to stop...",
      "==> Creating the AMI: packer-example 1",
      "    AMI: ami-4",
      "==> Waiting for AMI to become ready...",
      "==> Terminating the source AWS instance...",
      "==> Cleaning up any extra volumes...",
      "==> No volumes to clean up, skipping",
      "==> Deleting temporary security group...",
      "==> Deleting temporary keypair...",
    ]);
    expect(artifact?.describe()).toBe("AMIs were created:\nus-east-1: ami-4\n");
    expect(artifact?.id).toBe("us-east-1:ami-4");
    expect(aws.left()).toEqual(["ami-4", "snap-5"]);
  });
});
