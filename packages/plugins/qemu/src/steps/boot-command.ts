import { type BuildContext, bootWait, goDuration, parseBootCommand, parseGoDuration, renderedOption } from "@kiln/sdk";
import type { Settings } from "../settings.ts";
import { keysOption } from "../template-names.ts";
import { RfbClient } from "../vnc/rfb-client.ts";
import { typeBootCommand } from "../vnc/type-boot-command.ts";

export interface BootFacts {
  readonly vncPort: number;
  readonly vncPassword: string | undefined;
  readonly http: { readonly ip: string; readonly port: number };
  readonly publicKey: string;
}

const defaultWaitMs = 10_000;
const defaultKeyMs = 100;

/** Waits for the machine to boot and types the boot command over VNC (`stepTypeBootCommand`). */
export async function bootCommand(ctx: BuildContext, settings: Settings, facts: BootFacts): Promise<void> {
  if (settings.disable_vnc) return;
  const { ui, host, signal } = ctx;
  const steps = stepsOf(settings);
  const waitMs = bootWait(settings);
  // With nothing to type there is nothing to wait for, unless the template says so.
  if (waitMs > 0 && (steps.length > 0 || waitMs !== defaultWaitMs)) {
    ui.say(`Waiting ${goDuration(waitMs)} for boot...`);
    await host.clock.sleep(waitMs, signal);
  }
  ui.say(`Connecting to VM via VNC (${settings.vnc_bind_address}:${facts.vncPort})`);
  const address = reachable(settings.vnc_bind_address);
  await using screen = await RfbClient.connect(host, { host: address, port: facts.vncPort }, facts.vncPassword, signal);
  ui.say("Typing the boot commands over VNC...");
  const data = { HTTPIP: facts.http.ip, HTTPPort: facts.http.port, Name: settings.name, SSHPublicKey: facts.publicKey };
  for (const { keys, description } of steps) {
    if (description) ui.say(`Typing boot command for: ${description}`);
    const text = renderedOption(ctx, keysOption(settings), keys, data);
    await typeBootCommand(parseBootCommand(text).steps, screen, {
      clock: host.clock,
      signal,
      keyInterval: keyInterval(settings, host.env.PACKER_KEY_INTERVAL),
      groupInterval: settings.boot_keygroup_interval ?? 0,
    });
  }
}

/** `boot_command` is one step without a description. */
function stepsOf(settings: Settings): readonly { readonly keys: string; readonly description?: string }[] {
  if (settings.boot_command?.length) return [{ keys: settings.boot_command.join("") }];
  return (settings.boot_steps ?? []).map(([keys = "", description]) => ({
    keys,
    ...(description !== undefined && { description }),
  }));
}

function keyInterval(settings: Settings, environment: string | undefined): number {
  if (settings.boot_key_interval) return settings.boot_key_interval;
  const parsed = environment === undefined ? undefined : parseGoDuration(environment);
  return parsed === undefined ? defaultKeyMs : Number(parsed) / 1e6;
}

/** A server on all addresses is found on this machine. */
function reachable(address: string): string {
  return address === "0.0.0.0" || address === "" ? "127.0.0.1" : address === "::" ? "::1" : address;
}
