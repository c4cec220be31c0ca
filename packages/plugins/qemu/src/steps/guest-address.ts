import { type BuildContext, StepError } from "@kiln/sdk";
import type { Qmp } from "../qmp/qmp.ts";
import type { Settings } from "../settings.ts";

const lookMs = 1000;
const defaultTimeoutMs = 300_000;

/** Learns the address that the machine got in its bridge (`stepWaitGuestAddress`) from this machine's ARP table. */
export async function guestAddress(ctx: BuildContext, settings: Settings, qmp: Qmp): Promise<string | undefined> {
  const { ui, host, signal } = ctx;
  if (settings.guestPort === undefined || settings.ssh_host || settings.winrm_host) return undefined;
  if (!settings.net_bridge) {
    ui.message("Not using a NetBridge -- skipping StepWaitGuestAddress");
    return undefined;
  }
  const timeout =
    (settings.communicator === "winrm" ? settings.winrm_timeout : settings.ssh_timeout) ?? defaultTimeoutMs;
  const hardware = hardwareAddress(await qmp.monitor("info network", signal));
  if (!hardware)
    throw new StepError("QEMU does not tell the address of the machine's network card", { code: "qemu/no-card" });
  ui.say(`Waiting for the guest address to become available in the ${settings.net_bridge} network bridge...`);
  const started = host.clock.monotonic();
  for (;;) {
    const found = neighbour(await host.files.readText("/proc/net/arp"), hardware, settings.net_bridge);
    if (found) return found;
    if (host.clock.monotonic() - started > timeout) {
      throw new StepError(
        `Timeout waiting for the guest address: ${hardware} got no address in ${settings.net_bridge} within ${timeout / 1000} s. ` +
          "A DHCP server must answer in the bridge, and this machine must have spoken to the guest.",
        { code: "qemu/no-address" },
      );
    }
    await host.clock.sleep(lookMs, signal);
  }
}

/** The first card's: `model=virtio-net-pci,macaddr=52:54:00:12:34:56`. */
export function hardwareAddress(networks: string): string | undefined {
  return /macaddr=([0-9a-f]{2}(?::[0-9a-f]{2}){5})/i.exec(networks)?.[1]?.toLowerCase();
}

/** Columns of /proc/net/arp: address, type, flags, hardware address, mask, device. Flags 0x0 is an entry without an answer. */
export function neighbour(table: string, hardware: string, device: string): string | undefined {
  for (const line of table.split("\n").slice(1)) {
    const [address, , flags, mac, , on] = line.trim().split(/\s+/);
    if (address && mac?.toLowerCase() === hardware && on === device && flags !== "0x0") return address;
  }
  return undefined;
}
