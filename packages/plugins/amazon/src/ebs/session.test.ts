import type { FakeBuild, SpawnedCommand } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import type { Handler } from "../testing/fake-aws.ts";
import { Refusal } from "../testing/fake-transport.ts";
import { plain, type RunOptions, runEbs } from "../testing/run-ebs.ts";
import { testKey } from "../testing/test-key.ts";

const tunnelled = { ...plain, ssh_interface: "session_manager", iam_instance_profile: "ssm" };

/** The plugin: says its version, and otherwise runs until it is told to stop. */
function plugin(version: string, sessions: SpawnedCommand[]): NonNullable<RunOptions["host"]> {
  return {
    env: { PATH: "/bin" },
    onSpawn: (command) => {
      if (command.args[0] === "--version") return { stdout: `${version}\n` };
      sessions.push(command);
      const { signal } = command.options;
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ exit: { by: "signal", signal: "SIGTERM" } }), { once: true });
      });
    },
  };
}

describe("session manager", () => {
  it("forwards a local port and gives the plugin what it wants, the token by environment", async () => {
    const sessions: SpawnedCommand[] = [];
    const { aws, ctx, lines, error } = await runEbs(tunnelled, { host: plugin("1.2.553.0", sessions) });
    expect(error).toBeUndefined();
    expect(aws.problems).toEqual([]);
    const [input] = aws.inputs("StartSession");
    expect(input).toEqual({
      Target: "i-00000000000000002",
      DocumentName: "AWS-StartPortForwardingSession",
      Parameters: { portNumber: ["22"], localPortNumber: ["40000"] },
      Reason: expect.stringMatching(/^packer_/),
    });
    expect(sessions).toHaveLength(1);
    const [{ file, args, options } = { file: "", args: [], options: undefined }] = sessions;
    expect(file).toBe("session-manager-plugin");
    expect(args.slice(0, 4)).toEqual(["AWS_SSM_START_SESSION_RESPONSE", "us-east-1", "StartSession", ""]);
    expect(JSON.parse(args[4] ?? "")).toEqual(input);
    expect(args[5]).toBe("wss://ssm/session-4");
    expect(JSON.parse(options?.env?.["AWS_SSM_START_SESSION_RESPONSE"] ?? "")).toEqual({
      SessionId: "session-4",
      StreamUrl: "wss://ssm/session-4",
      TokenValue: "stream-token",
    });
    expect(options?.env?.["PATH"]).toBe("/bin");
    expect(JSON.stringify(args)).not.toContain("stream-token");
    expect(ctx.masked).toContain("stream-token");
    expect(lines).toContain('==> Starting portForwarding session "session-4".');
    expect(await ctx.targets[0]?.address(new AbortController().signal)).toEqual({ host: "localhost", port: 40_000 });
    // Nothing listens on the machine's own port: no hole in the security group, and no session left.
    expect(aws.actions()).not.toContain("AuthorizeSecurityGroupIngress");
    expect(aws.inputs("TerminateSession")).toEqual([{ SessionId: "session-4" }]);
    expect(options?.signal.aborted).toBe(true);
  });

  it("passes the session as an argument to plugins that read nothing else", async () => {
    const sessions: SpawnedCommand[] = [];
    await runEbs(tunnelled, { host: plugin("1.2.463.0", sessions) });
    expect(JSON.parse(sessions[0]?.args[0] ?? "")).toMatchObject({ TokenValue: "stream-token" });
  });

  it("says where to get a plugin that is not there", async () => {
    const onSpawn = (): never => {
      throw Object.assign(new Error("spawn session-manager-plugin ENOENT"), { code: "ENOENT" });
    };
    const { error, aws } = await runEbs(tunnelled, { host: { onSpawn } });
    expect(error?.message).toContain("session-manager-plugin was not found on the PATH");
    expect(aws.actions()).not.toContain("StartSession");
    expect(aws.left()).toEqual([]);
  });

  it("waits for the agent", async () => {
    const StartSession: Handler = (call, aws) => {
      if (aws.inputs("StartSession").length < 4)
        throw new Refusal("TargetNotConnected", "i-00000000000000001 is not connected.");
      return aws.usual(call);
    };
    const { error, ctx, aws } = await runEbs(tunnelled, { handlers: { StartSession }, host: plugin("1.2.553.0", []) });
    expect(error).toBeUndefined();
    expect(aws.inputs("StartSession")).toHaveLength(4);
    expect(ctx.host.clock.sleeps).toEqual(expect.arrayContaining([2000, 4000, 8000]));
  });

  it("opens the next session when one ends, as long as the instance runs", async () => {
    const sessions: SpawnedCommand[] = [];
    const host = plugin("1.2.553.0", sessions);
    const onSpawn: NonNullable<typeof host.onSpawn> = (command) => {
      // The first session ends at once, as when the machine reboots.
      if (command.args[0] !== "--version" && sessions.length === 0) {
        sessions.push(command);
        return {};
      }
      return host.onSpawn?.(command) ?? {};
    };
    const provision = async (ctx: FakeBuild): Promise<void> => {
      for (let turn = 0; sessions.length < 2 && turn < 200; turn++) {
        await ctx.host.clock.sleep(1, new AbortController().signal);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const { aws, lines, error } = await runEbs(tunnelled, { host: { ...host, onSpawn }, provision });
    expect(error).toBeUndefined();
    expect(lines).toContain("==> ssm: PortForwarding session is finished");
    expect(aws.inputs("DescribeInstanceStatus").length).toBeGreaterThan(0);
    expect(aws.inputs("StartSession")).toHaveLength(2);
    expect([...aws.sessions]).toEqual([]);
  });

  it("sends the user's own key with EC2 Instance Connect, again when it has run out", async () => {
    const host = { ...plugin("1.2.553.0", []), files: { "/key": testKey() } };
    const { aws, ctx, lines } = await runEbs({ ...tunnelled, ssh_private_key_file: "/key" }, { host });
    const target = ctx.targets[0];
    const { signal } = new AbortController();
    expect(aws.problems).toEqual([]);
    expect(aws.inputs("SendSSHPublicKey")).toEqual([
      {
        InstanceId: "i-00000000000000002",
        InstanceOSUser: "ubuntu",
        SSHPublicKey: expect.stringMatching(/^ssh-rsa /),
        AvailabilityZone: "us-east-1a",
      },
    ]);
    ctx.host.clock.advance(60_000);
    await target?.address(signal);
    await target?.address(signal);
    expect(aws.inputs("SendSSHPublicKey")).toHaveLength(2);
    expect(lines.filter((line) => line.includes("Uploading SSH public key"))).toHaveLength(1);
  });
});
