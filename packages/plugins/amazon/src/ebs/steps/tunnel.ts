import { DescribeInstanceStatusCommand, type Instance } from "@aws-sdk/client-ec2";
import { SendSSHPublicKeyCommand } from "@aws-sdk/client-ec2-instance-connect";
import { type SSMClient, StartSessionCommand } from "@aws-sdk/client-ssm";
import { type BuildContext, goDuration, timeOrderedUuid } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { portOf } from "../../connection.ts";
import { describeFailure, orFail } from "../../failure.ts";
import { publicKeyOf } from "../../public-keys.ts";
import { openOwn } from "../../resources/open.ts";
import { sessionKind, terminateSession } from "../../resources/session.ts";
import { hasCode, retrying } from "../../retry.ts";
import { pluginVersion, startPlugin } from "../../session-plugin.ts";
import type { Config } from "../config.ts";
import type { Key } from "./key-pair.ts";

export interface Tunnel {
  /** On localhost. */
  readonly port: number;
  /** To be called before each attempt to connect: keys sent by EC2 Instance Connect live for 60 s. */
  sendKey(signal: AbortSignal): Promise<void>;
}
const keyLifeMs = 50_000;

/** A local port that leads to the instance's SSH port through Session Manager; opened again when it ends. */
export async function openTunnel(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  instance: Instance,
  key: Key,
): Promise<Tunnel> {
  const { ui, signal, host } = ctx;
  const version = await orFail(ui, "Error starting the Session Manager plugin", signal, () =>
    pluginVersion(host, signal),
  );
  if (config.pause_before_ssm > 0) {
    ui.say(`Waiting ${goDuration(config.pause_before_ssm)} before establishing the SSM session...`);
    await host.clock.sleep(config.pause_before_ssm, signal);
  }
  const port = config.session_manager_port || (await host.net.freePort([8000, 9000]));
  const ssm = await amazon.ssm();
  const one = (): Promise<Ended> => forward(ctx, amazon, ssm, config, instance, port, version, stop.signal);
  const stop = new AbortController();
  // Aborted work ends the tunnel too, but the undo below waits until it has.
  const abort = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const first = await one();
  const running = keepOpen(ctx, amazon, instance, first, one, stop.signal).catch((thrown: unknown) => {
    if (!stop.signal.aborted) ui.error(`The Session Manager tunnel ended: ${describeFailure(thrown)}`);
  });
  ctx.defer(async () => {
    signal.removeEventListener("abort", abort);
    stop.abort(new Error("the build is over"));
    await running;
  });
  return { port, sendKey: keySender(ctx, amazon, config, instance, key) };
}

interface Ended {
  readonly over: Promise<void>;
}

/** One session: asks for it until the instance's agent is there, and runs the plugin on it. */
async function forward(
  ctx: BuildContext,
  amazon: Amazon,
  ssm: SSMClient,
  config: Config,
  { InstanceId = "" }: Instance,
  port: number,
  version: readonly number[],
  signal: AbortSignal,
): Promise<Ended> {
  const { ui, host } = ctx;
  const reason = `packer_${timeOrderedUuid(host)}`;
  const input = {
    Target: InstanceId,
    DocumentName: "AWS-StartPortForwardingSession",
    Parameters: { portNumber: [String(portOf(config) ?? 22)], localPortNumber: [String(port)] },
    Reason: reason,
  };
  const plan = { tries: 11, firstMs: 2_000, longestMs: 60_000 };
  const start = (): Promise<Record<string, string | undefined>> =>
    retrying(host.clock, signal, plan, hasCode("TargetNotConnected"), async () => {
      const answer = await ssm.send(new StartSessionCommand(input), { abortSignal: signal });
      return { SessionId: answer.SessionId, StreamUrl: answer.StreamUrl, TokenValue: answer.TokenValue };
    });
  const { where } = amazon;
  const held = await ctx.acquire({
    kind: sessionKind(openOwn(amazon)),
    intent: { where, instance: InstanceId, reason },
    create: () => orFail(ui, "Error starting the Session Manager session", signal, start),
    ref: ({ SessionId = "" }) => ({ where, id: SessionId }),
    release: ({ SessionId = "" }, _, cleanup) => terminateSession(ssm, SessionId, cleanup),
  });
  const { SessionId = "", TokenValue, StreamUrl = "" } = held.value;
  if (TokenValue) ctx.secrets.add(TokenValue);
  ui.say(`Starting portForwarding session "${SessionId}".`);
  const response = held.value;
  const plugin = startPlugin(host, version, { response, region: amazon.region, input, url: StreamUrl }, signal);
  const drain = async (): Promise<void> => {
    for await (const _ of plugin.output);
  };
  const over = Promise.allSettled([plugin.exit, drain()]).then(() => held.release());
  return { over };
}

/** Opens the next session when one ends, as long as the instance runs (a machine that reboots takes its agent with it). */
async function keepOpen(
  { ui, host }: BuildContext,
  amazon: Amazon,
  { InstanceId = "" }: Instance,
  first: Ended,
  next: () => Promise<Ended>,
  signal: AbortSignal,
): Promise<void> {
  for (let current = first; ; current = await next()) {
    await current.over;
    if (signal.aborted) return;
    ui.say("ssm: PortForwarding session is finished");
    for (;;) {
      await host.clock.sleep(2_000, signal);
      const ask = new DescribeInstanceStatusCommand({ InstanceIds: [InstanceId], IncludeAllInstances: true });
      const { InstanceStatuses = [] } = await amazon.ec2().send(ask, { abortSignal: signal });
      const state = InstanceStatuses[0]?.InstanceState?.Name;
      if (state === "running") break;
      if (state === undefined || state === "terminated" || state === "stopped") return;
    }
  }
}

/** A user's own key that no key pair put on the machine is put there by EC2 Instance Connect, for a minute at a time. */
function keySender(ctx: BuildContext, amazon: Amazon, config: Config, instance: Instance, key: Key): Tunnel["sendKey"] {
  const { privateKey, name } = key;
  if (!privateKey || name) return async () => {};
  const { ui, host } = ctx;
  let sent = -Infinity;
  return async (signal) => {
    if (host.clock.monotonic() - sent < keyLifeMs) return;
    if (sent < 0) ui.say("Uploading SSH public key to instance");
    const command = new SendSSHPublicKeyCommand({
      InstanceId: instance.InstanceId,
      InstanceOSUser: config.ssh_username,
      SSHPublicKey: publicKeyOf(privateKey, "packer"),
      AvailabilityZone: instance.Placement?.AvailabilityZone,
    });
    const client = await amazon.instanceConnect();
    await orFail(ui, "Error uploading the SSH public key", signal, () => client.send(command, { abortSignal: signal }));
    sent = host.clock.monotonic();
  };
}
