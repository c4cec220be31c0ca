import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Finished, runPeer, ServerProcess, ssh, workDirectory } from "./server-process.ts";

const cli = "/usr/bin/aws";

/** Debian's AWS CLI against one server. */
class Aws {
  readonly #server: ServerProcess;
  readonly #region: string;
  readonly #cwd: string;

  constructor(server: ServerProcess, cwd: string, region = "us-east-1") {
    this.#server = server;
    this.#cwd = cwd;
    this.#region = region;
  }

  in(region: string): Aws {
    return new Aws(this.#server, this.#cwd, region);
  }

  /** `aws` with the words of a line; `$NAME` is taken from `values`. */
  async try(line: string, values: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const words = line.split(" ").map((word) => word.replace(/\$(\w+)/g, (_, name: string) => values[name] ?? ""));
    const args = ["--endpoint-url", this.#server.endpoint, "--region", this.#region, "--output", "text", ...words];
    return await runPeer(cli, args, { env: this.#server.environment, cwd: this.#cwd });
  }

  async run(line: string, values: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, stdout, stderr } = await this.try(line, values);
    if (code !== 0) throw new Error(`aws ${line}: ${stderr}`);
    return stdout.trim();
  }

  /** The CLI's own waiter, begun when it will not have to wait: between its looks it sleeps 15 seconds. */
  async wait(waiter: string, look: string, wanted: string, values: Readonly<Record<string, string>>): Promise<void> {
    await expect.poll(() => this.run(look, values), { timeout: 60_000, interval: 100 }).toBe(wanted);
    await this.run(waiter, values);
  }

  async instance(state: string, id: string): Promise<void> {
    const look = "ec2 describe-instances --instance-ids $id --query Reservations[0].Instances[0].State.Name";
    await this.wait(`ec2 wait instance-${state} --instance-ids $id`, look, state, { id });
  }

  async available(image: string): Promise<void> {
    const look = "ec2 describe-images --image-ids $image --query Images[0].State";
    await this.wait("ec2 wait image-available --image-ids $image", look, "available", { image });
  }
}

describe("Debian's AWS CLI", () => {
  it("takes an image from a machine, in another region too, and starts it", async () => {
    expect(existsSync(cli)).toBe(true);
    using work = workDirectory();
    await using server = await ServerProcess.start(join(work.path, "state"));
    const aws = new Aws(server, work.path);

    expect(await aws.run("sts get-caller-identity --query Account")).toBe("123456789012");
    expect(await aws.run("ec2 describe-regions --query length(Regions)")).toBe("29");
    const key = join(work.path, "key.pem");
    writeFileSync(
      key,
      `${await aws.run("ec2 create-key-pair --key-name k --key-type ed25519 --query KeyMaterial")}\n`,
      { mode: 0o600 },
    );
    const name = "ubuntu/images/*ubuntu-jammy-22.04-amd64-server-*";
    const source = await aws.run(
      "ec2 describe-images --owners 099720109477 --filters Name=name,Values=$name --query Images[0].ImageId",
      { name },
    );
    const launch =
      "ec2 run-instances --image-id $image --instance-type t2.micro --key-name k --query Instances[0].InstanceId";
    const id = await aws.run(launch, { image: source });
    await aws.instance("running", id);
    const address = "ec2 describe-instances --instance-ids $id --query Reservations[0].Instances[0].PublicIpAddress";
    const written = await ssh(
      key,
      `ubuntu@${await aws.run(address, { id })}`,
      "sudo sh -c 'echo rehearsed > /opt/proof' && id -un",
    );
    expect(written).toMatchObject({ code: 0, stdout: "ubuntu\n" });

    await aws.run("ec2 stop-instances --instance-ids $id", { id });
    await aws.instance("stopped", id);
    const image = await aws.run("ec2 create-image --instance-id $id --name first --query ImageId", { id });
    await aws.available(image);
    const twice = await aws.try("ec2 create-image --instance-id $id --name first", { id });
    expect(twice.code).not.toBe(0);
    expect(twice.stderr).toContain("(InvalidAMIName.Duplicate)");
    await aws.run("ec2 terminate-instances --instance-ids $id", { id });
    await aws.instance("terminated", id);

    const west = aws.in("eu-west-1");
    const copied = await west.run(
      "ec2 copy-image --source-image-id $image --source-region us-east-1 --name copy --query ImageId",
      { image },
    );
    await west.available(copied);
    const snapshot = await aws.run(
      "ec2 describe-images --image-ids $image --query Images[0].BlockDeviceMappings[0].Ebs.SnapshotId",
      { image },
    );
    await aws.run("ec2 deregister-image --image-id $image", { image });
    await aws.run("ec2 delete-snapshot --snapshot-id $snapshot", { snapshot });
    const publicKey = (await runPeer("/usr/bin/ssh-keygen", ["-y", "-f", key])).stdout;
    writeFileSync(join(work.path, "key.pub"), publicKey);
    await west.run("ec2 import-key-pair --key-name k --public-key-material fileb://key.pub");
    const again = await west.run(launch, { image: copied });
    await west.instance("running", again);
    const read = await ssh(
      key,
      `ubuntu@${await west.run(address.replace("$id", "$again"), { again })}`,
      "cat /opt/proof",
    );
    expect(read.stdout).toBe("rehearsed\n");
    expect(await west.run("ec2 get-console-output --instance-id $again --latest --query InstanceId", { again })).toBe(
      again,
    );
  });

  it("reads refusals, dry runs and parameters", async () => {
    using work = workDirectory();
    await using server = await ServerProcess.start(join(work.path, "state"));
    const aws = new Aws(server, work.path);
    const refusal = async (line: string): Promise<string> =>
      /\((\w[\w.]*)\)/.exec((await aws.try(line)).stderr)?.[1] ?? "";
    expect(await refusal("ec2 describe-images --image-ids ami-12345678")).toBe("InvalidAMIID.NotFound");
    expect(await refusal("ec2 run-instances --image-id ami-fce3c696 --dry-run")).toBe("DryRunOperation");
    expect(await refusal("iam get-instance-profile --instance-profile-name none")).toBe("NoSuchEntity");
    expect(await refusal("ssm get-parameter --name /none")).toBe("ParameterNotFound");
    for (const [line, name] of [
      ["s3 ls", "S3"],
      ["s3 ls s3://bucket/key", "S3"],
      ["sqs list-queues", "SQS"],
      ["sns list-topics", "SNS"],
      ["lambda list-functions", "lambda"],
      ["route53 list-hosted-zones", "route53"],
      ["dynamodb list-tables", "dynamodb"],
    ] as const) {
      const { code, stderr } = await aws.try(line);
      expect(code).not.toBe(0);
      expect(stderr).toContain("(NotImplemented)");
      expect(stderr).toContain(`this stand-in has no ${name}: it answers for EC2`);
    }
    const parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    expect(await aws.run(`ssm get-parameter --name ${parameter} --query Parameter.Value`)).toMatch(
      /^ami-[0-9a-f]{17}$/,
    );
  });
});
