import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Finished, KilnBed } from "../kiln.ts";
import { runPeer, ServerProcess, ssh, workDirectory } from "./server-process.ts";

const builder = {
  type: "amazon-ebs",
  region: "us-east-1",
  source_ami: "ami-fce3c696",
  instance_type: "t2.micro",
  ssh_username: "ubuntu",
  ami_name: "restarted",
};

async function rehearse(bed: KilnBed, provisioners: readonly object[], options: object = {}): Promise<Finished> {
  const path = join(bed.folder, "template.json");
  writeFileSync(path, JSON.stringify({ builders: [{ ...builder, ...options }], provisioners }));
  return await bed.run(["rehearse", "-color=false", path]);
}

/** What the template's scripts said. */
const saidIn = ({ stdout }: Finished): string[] =>
  [...stdout.matchAll(/^ {4}amazon-ebs: (.*)$/gm)].map((match) => match[1] ?? "");

describe("a build whose machine restarts or goes off", () => {
  it("goes on after each of several restarts, and the image holds what was written before and after them", async () => {
    using bed = new KilnBed();
    const done = await rehearse(bed, [
      {
        type: "shell",
        inline: ["echo one | sudo tee /opt/one", "cat /proc/sys/kernel/random/boot_id", "sudo reboot"],
        expect_disconnect: true,
      },
      {
        type: "shell",
        inline: ["cat /opt/one /proc/sys/kernel/random/boot_id", "echo two | sudo tee /opt/two >/dev/null"],
      },
      { type: "shell", inline: ["(sleep 1; sudo shutdown -r now) >/dev/null 2>&1 &"], pause_after: "3s" },
      { type: "shell", inline: ["cat /proc/sys/kernel/random/boot_id"] },
      { type: "shell", inline: ["sudo systemctl reboot"], expect_disconnect: true, skip_clean: true },
      { type: "shell", pause_before: "1s", inline: ["cat /opt/one /opt/two", "echo three | sudo tee /opt/three"] },
    ]);
    expect(done.code, done.stdout + done.stderr).toBe(0);
    const said = saidIn(done);
    const boots = said.filter((line) => /^[0-9a-f]{8}-/.test(line));
    expect(new Set(boots).size).toBe(3);
    expect(said.filter((line) => /^(?:one|two|three)$/.test(line))).toEqual(["one", "one", "one", "two", "three"]);
    const again = await rehearse(bed, [{ type: "shell", inline: ["cat /opt/one /opt/two /opt/three"] }], {
      source_ami: /us-east-1: (ami-\w+)/.exec(done.stdout)?.[1],
      ami_name: "from it",
    });
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(saidIn(again)).toEqual(expect.arrayContaining(["one", "two", "three"]));
  });

  it("says that the connection was lost where the template does not expect it", async () => {
    using bed = new KilnBed();
    const { code, stdout } = await rehearse(bed, [{ type: "shell", inline: ["sudo reboot"] }]);
    expect(code).toBe(1);
    expect(stdout).toContain("Script disconnected unexpectedly.");
  });

  it("takes the image of a machine that its last provisioner switched off", async () => {
    using bed = new KilnBed();
    const off = { type: "shell", inline: ["sudo touch /opt/last; sudo poweroff"] };
    const options = { disable_stop_instance: true, ami_name: "off" };
    const done = await rehearse(bed, [{ ...off, expect_disconnect: true, skip_clean: true }], options);
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(done.stdout).toContain("Automatic instance stop disabled. Please stop instance manually.");
    expect(done.stdout).toMatch(/us-east-1: ami-\w+/);
  });
});

describe("an instance", () => {
  it("restarts at RebootInstances, `running` and at its address all the while; ends at poweroff as it was told to", async () => {
    using work = workDirectory();
    await using server = await ServerProcess.start(join(work.path, "state"));
    const aws = async (...words: readonly string[]): Promise<string> => {
      const args = ["--endpoint-url", server.endpoint, "--region", "us-east-1", "--output", "text", "ec2", ...words];
      const { code, stdout, stderr } = await runPeer("/usr/bin/aws", args, { env: server.environment, cwd: work.path });
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    };
    const key = join(work.path, "key.pem");
    writeFileSync(key, `${await aws("create-key-pair", "--key-name", "k", "--query", "KeyMaterial")}\n`, {
      mode: 0o600,
    });
    const launch = [
      "run-instances",
      "--image-id",
      builder.source_ami,
      "--instance-type",
      "t2.micro",
      "--key-name",
      "k",
    ];
    const start = async (...more: readonly string[]): Promise<{ id: string; login: string }> => {
      const id = await aws(...launch, ...more, "--query", "Instances[0].InstanceId");
      await expect.poll(() => look(id, "State.Name"), { timeout: 60_000, interval: 200 }).toBe("running");
      return { id, login: `ubuntu@${await look(id, "PublicIpAddress")}` };
    };
    const look = (id: string, what: string): Promise<string> =>
      aws("describe-instances", "--instance-ids", id, "--query", `Reservations[0].Instances[0].${what}`);
    const bootOf = async (login: string): Promise<string> =>
      (await ssh(key, login, "cat /proc/sys/kernel/random/boot_id")).stdout;

    const { id, login } = await start();
    const boots = new Set([await bootOf(login)]);
    const bootsSeen = async (): Promise<number> => {
      const boot = await bootOf(login);
      // Nothing is said by a machine that is on its way down or up.
      return boot === "" ? boots.size : boots.add(boot).size;
    };
    await aws("reboot-instances", "--instance-ids", id);
    expect(await look(id, "State.Name")).toBe("running");
    await expect.poll(bootsSeen, { timeout: 30_000, interval: 200 }).toBe(2);
    expect((await ssh(key, login, "sudo reboot")).code).toBe(255);
    expect(await look(id, "State.Name")).toBe("running");
    await expect.poll(bootsSeen, { timeout: 30_000, interval: 200 }).toBe(3);

    // User data may restart a machine before anyone has seen it up; it runs once.
    const early = join(work.path, "user-data");
    writeFileSync(early, "#!/bin/sh\necho ran >>/opt/ran\nreboot\n");
    const eager = await start("--user-data", `file://${early}`);
    await expect.poll(async () => (await ssh(key, eager.login, "cat /opt/ran")).code, { timeout: 30_000 }).toBe(0);
    expect((await ssh(key, eager.login, "cat /opt/ran")).stdout).toBe("ran\n");
    expect(await look(eager.id, "State.Name")).toBe("running");

    expect((await ssh(key, login, "sudo poweroff")).code).toBe(255);
    await expect.poll(() => look(id, "State.Name"), { timeout: 30_000, interval: 200 }).toBe("stopped");
    const brief = await start("--instance-initiated-shutdown-behavior", "terminate");
    expect((await ssh(key, brief.login, "sudo shutdown -h now")).code).toBe(255);
    await expect.poll(() => look(brief.id, "State.Name"), { timeout: 30_000, interval: 200 }).toBe("terminated");
  });
});
