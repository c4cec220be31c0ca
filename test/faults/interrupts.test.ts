import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { KilnBed, kilnBinary } from "../kiln.ts";

/** Every moment at which a build on the local cloud has just said something: the signal comes right then. */
const moments = [
  "Creating temporary keypair",
  "Creating temporary security group",
  "Authorizing access",
  "Launching a source AWS instance",
  "Instance ID:",
  "Waiting for SSH",
  "Connected to SSH",
  "provisioning now",
  "Stopping the source instance",
  "Creating the AMI",
  "Waiting for AMI",
  "Terminating the source",
  "Deleting temporary security group",
] as const;

const template = {
  builders: [
    {
      type: "amazon-ebs",
      region: "us-east-1",
      source_ami: "ami-fce3c696",
      instance_type: "t2.micro",
      ssh_username: "ubuntu",
      ami_name: "interrupted {{timestamp}} {{uuid}}",
    },
  ],
  provisioners: [{ type: "shell", inline: ["echo provisioning now", "sleep 0.4"] }],
};

/** What of a build is still there, asked of the cloud itself in a new process. */
async function leftovers(
  bed: KilnBed,
): Promise<{ readonly temporary: readonly string[]; readonly images: number; readonly snapshots: number }> {
  const child = spawn(kilnBinary(), ["rehearse", "-serve"], {
    env: { ...process.env, KILN_STATE_DIR: bed.state },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let endpoint = "";
    for await (const line of createInterface({ input: child.stdout })) {
      endpoint = /^export AWS_ENDPOINT_URL=(.*)$/.exec(line)?.[1] ?? endpoint;
      if (endpoint !== "") break;
    }
    const ec2 = new EC2Client({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const { KeyPairs = [] } = await ec2.send(new DescribeKeyPairsCommand({}));
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    ec2.destroy();
    const living = Reservations.flatMap((r) => r.Instances ?? []).filter((i) => i.State?.Name !== "terminated");
    return {
      temporary: [
        ...living.map((i) => `${i.InstanceId} ${i.State?.Name}`),
        ...KeyPairs.map((k) => `key ${k.KeyName}`),
        ...SecurityGroups.filter((g) => g.GroupName !== "default").map((g) => `group ${g.GroupName}`),
      ],
      images: Images.length,
      snapshots: Snapshots.length,
    };
  } finally {
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
  }
}

describe.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)("%s at every moment of a build", (signal) => {
  it("leaves nothing once cleaned up, and keeps finished images", async () => {
    using bed = new KilnBed();
    const path = join(bed.folder, "t.json");
    writeFileSync(path, JSON.stringify(template));
    let finished = 0;
    for (const moment of moments) {
      let sent = false;
      const run = await bed.run(["rehearse", "-color=false", path], {
        onOutput: (soFar, kill) => {
          if (sent || !soFar.includes(moment)) return;
          sent = true;
          kill(signal);
        },
      });
      expect(sent, `${moment} was never said:\n${run.stdout}`).toBe(true);
      if (run.code === 0) finished++;
      if (signal === "SIGKILL") {
        expect(run.signal ?? run.code, run.stdout).not.toBe(0);
        const cleaned = await bed.run(["cleanup"]);
        expect(cleaned.code, `${moment}: ${cleaned.stdout}`).toBe(0);
        // The build was over when the killing came to its own cleanup: its image is a finished one.
        if (/^(?:Terminating|Deleting)/.test(moment)) finished++;
      } else {
        const word = signal === "SIGINT" ? "interrupt" : "terminated";
        expect(run.stdout).toContain(`Cancelling build after receiving ${word}\n`);
        if (run.code !== 0) expect(run.stdout).toContain("Cleanly cancelled builds after being interrupted.\n");
        if (/This was finished before the interruption and is kept: AMIs were created/.test(run.stdout)) finished++;
      }
    }
    const nothing = await bed.run(["cleanup"]);
    expect(nothing.stdout).toBe("Nothing was left behind.\n");
    const left = await leftovers(bed);
    expect(left.temporary).toEqual([]);
    expect(left.images).toBe(left.snapshots);
    expect(left.images).toBe(finished);
  }, 300_000);
});

describe("what never ends", () => {
  // A thread of the process waits for somebody to write.
  it.each(["SIGINT", "SIGTERM"] as const)(
    "does not keep Kiln after the second %s",
    async (signal) => {
      using bed = new KilnBed();
      const source = join(bed.folder, "pipe");
      execFileSync("mkfifo", [source]);
      const path = join(bed.folder, "t.json");
      writeFileSync(path, JSON.stringify({ builders: [{ type: "file", source, target: join(bed.folder, "out") }] }));
      const left = ["Copying", "Cancelling build"];
      const done = await bed.run(["build", "-color=false", path], {
        onOutput: (soFar, kill) => {
          if (left[0] === undefined || !soFar.includes(left[0])) return;
          left.shift();
          kill(signal);
        },
      });
      expect(done.signal).toBe(signal);
      expect(done.stdout).toMatch(
        /again: cutting the cleanup short\nNot everything came to an end; it is left as it is\.\n/,
      );
      expect((await bed.run(["cleanup"])).stdout).toBe("Nothing was left behind.\n");
    },
    30_000,
  );
});
