import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runPeer, ServerProcess, ssh, workDirectory } from "./server-process.ts";

const packer = "/usr/bin/packer";

/** A template as users write it; only the endpoint is new. */
const template = (endpoint: string): string =>
  JSON.stringify({
    builders: [
      {
        type: "amazon-ebs",
        region: "us-east-1",
        custom_endpoint_ec2: endpoint,
        source_ami_filter: {
          filters: {
            "virtualization-type": "hvm",
            name: "ubuntu/images/*ubuntu-xenial-16.04-amd64-server-*",
            "root-device-type": "ebs",
          },
          owners: ["099720109477"],
          most_recent: true,
        },
        instance_type: "t2.micro",
        ssh_username: "ubuntu",
        ami_name: "packer-example {{timestamp}}",
        ami_description: "made by a peer",
        ami_users: ["111122223333"],
        run_tags: { stage: "rehearsal" },
        tags: { Name: "{{ .SourceAMIName }}" },
        snapshot_tags: { kind: "snapshot" },
        temporary_iam_instance_profile_policy_document: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: ["logs:*"], Resource: ["*"] }],
        },
      },
    ],
    provisioners: [
      { type: "file", source: "welcome.txt", destination: "/home/ubuntu/" },
      { type: "shell", inline: ["sudo cp /home/ubuntu/welcome.txt /etc/motd", "sudo sh -c 'id -un > /opt/who'"] },
    ],
  });

describe("Debian's Packer 1.6.6", () => {
  it("builds an image, unchanged, that starts in a later process with what was provisioned", async () => {
    using work = workDirectory();
    const state = join(work.path, "state");
    writeFileSync(join(work.path, "welcome.txt"), "WELCOME TO PACKER!\n");
    let image = "";
    {
      await using server = await ServerProcess.start(state);
      writeFileSync(join(work.path, "template.json"), template(server.endpoint));
      const env = { ...server.environment, AWS_POLL_DELAY_SECONDS: "1", PACKER_CONFIG_DIR: work.path };
      const built = await runPeer(packer, ["build", "-color=false", "template.json"], { env, cwd: work.path });
      expect(built.stdout).toMatch(/^us-east-1: ami-[0-9a-f]{17}$/m);
      expect(built.code).toBe(0);
      image = /^us-east-1: (ami-[0-9a-f]{17})$/m.exec(built.stdout)?.[1] ?? "";
      const policy = await (
        await fetch(server.environment["policy"] ?? "", { headers: { "x-kiln-control": "1" } })
      ).text();
      for (const needed of ["ec2:CreateImage", "ec2:ModifyImageAttribute", "iam:PassRole", "ec2:TerminateInstances"]) {
        expect(policy).toContain(`"${needed}"`);
      }
      // A server that is killed leaves a state that the next one opens.
      await server.end("SIGKILL");
    }
    await using server = await ServerProcess.start(state);
    const aws = async (...args: readonly string[]): Promise<string> => {
      const all = ["--endpoint-url", server.endpoint, "--region", "us-east-1", "--output", "text", ...args];
      const { code, stdout, stderr } = await runPeer("/usr/bin/aws", all, { env: server.environment, cwd: work.path });
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    };
    const query = "Images[0].[State,Description,Tags[?Key=='Name'].Value|[0]]";
    expect(await aws("ec2", "describe-images", "--image-ids", image, "--query", query)).toBe(
      "available\tmade by a peer\tubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20211001",
    );
    for (const [what, list] of [
      ["describe-key-pairs", "KeyPairs"],
      ["describe-volumes", "Volumes"],
    ] as const) {
      expect(await aws("ec2", what, "--query", `length(${list})`)).toBe("0");
    }
    expect(await aws("ec2", "describe-security-groups", "--query", "SecurityGroups[].GroupName")).toBe("default");
    expect(await aws("iam", "list-roles", "--query", "length(Roles)")).toBe("0");
    const key = join(work.path, "key.pem");
    writeFileSync(key, `${await aws("ec2", "create-key-pair", "--key-name", "k", "--query", "KeyMaterial")}\n`, {
      mode: 0o600,
    });
    const id = await aws(
      "ec2",
      "run-instances",
      "--image-id",
      image,
      "--instance-type",
      "t2.micro",
      "--key-name",
      "k",
      "--query",
      "Instances[0].InstanceId",
    );
    const look = [
      "ec2",
      "describe-instances",
      "--instance-ids",
      id,
      "--query",
      "Reservations[0].Instances[0].State.Name",
    ];
    await expect.poll(() => aws(...look), { timeout: 60_000, interval: 100 }).toBe("running");
    const address = await aws(
      "ec2",
      "describe-instances",
      "--instance-ids",
      id,
      "--query",
      "Reservations[0].Instances[0].PublicIpAddress",
    );
    const { stdout } = await ssh(key, `ubuntu@${address}`, "cat /home/ubuntu/welcome.txt /etc/motd /opt/who");
    expect(stdout).toBe("WELCOME TO PACKER!\nWELCOME TO PACKER!\nroot\n");
  });
});
