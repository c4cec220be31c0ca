import type { BuildContext } from "@kiln/sdk";
import { type HeldPort, holdPort } from "../ports.ts";
import type { Settings } from "../settings.ts";

/** Ports of this machine that QEMU will listen on. */
export interface Ports {
  /** Leads to the communicator's port of the machine; undefined where none does. */
  readonly hostPort: number | undefined;
  readonly vncPort: number;
  /** Lets go of them, so that QEMU can take them. */
  free(): Promise<void>;
  /** Others, for when somebody was quicker. */
  again?(): Promise<Ports>;
}

/** Finds a local port for the communicator (`stepPortForward`). */
export async function choosePort(ctx: BuildContext, settings: Settings): Promise<HeldPort | undefined> {
  const { ui } = ctx;
  if (settings.guestPort === undefined) {
    ui.message("No communicator is set; skipping port forwarding setup.");
    return undefined;
  }
  if (settings.net_bridge) {
    ui.message("net_bridge is set; skipping port forwarding setup.");
    return undefined;
  }
  if (settings.skip_nat_mapping) return { port: settings.guestPort, free: async () => {} };
  const held = await holdPort(ctx.host, settings.ports, "0.0.0.0", "host_port_min and host_port_max");
  ctx.defer(() => held.free());
  ui.say(`Found port for communicator (SSH, WinRM, etc): ${held.port}.`);
  return held;
}

/** Finds a port for the screen (`stepConfigureVNC`). */
export async function chooseVncPort(ctx: BuildContext, settings: Settings): Promise<HeldPort> {
  const { vnc_port_min: low, vnc_port_max: high, vnc_bind_address: address } = settings;
  ctx.ui.say(`Looking for available port between ${low} and ${high} on ${address}`);
  const held = await holdPort(ctx.host, [low, high], address, "vnc_port_min and vnc_port_max");
  ctx.defer(() => held.free());
  return held;
}

export function portsOf(ctx: BuildContext, settings: Settings, forward: HeldPort | undefined, vnc: HeldPort): Ports {
  return {
    hostPort: forward?.port,
    vncPort: vnc.port,
    free: async () => {
      await forward?.free();
      await vnc.free();
    },
    again: async () => portsOf(ctx, settings, await choosePort(ctx, settings), await chooseVncPort(ctx, settings)),
  };
}
