import { readFileSync, writeFileSync } from "node:fs";
import { attempt, run } from "../command.ts";
import { freeSubnet, type Subnet } from "./subnet.ts";

/** The host's side of the machines' network, and what takes it away again. */
export interface HostNetwork {
  readonly bridge: string;
  readonly subnet: Subnet;
  /** The smallest packet size of the ways out. */
  readonly mtu: number;
  /** Shell lines that undo it all; run by the caretaker, whatever becomes of this process. */
  readonly undo: readonly string[];
  /** Sends the machines' requests for the metadata address to this port of the gateway. */
  serveMetadata(port: number): Promise<void>;
}

/** Names that tell whose a thing is: at most 15 characters, the kernel's limit for an interface. */
export interface NetworkNames {
  readonly bridge: string;
  readonly table: string;
  /** Where the first of several clouds notes the forwarding switches it turned, for the last to turn back. */
  readonly switches: string;
  readonly seed: number;
}

/** The address that every cloud's machines ask about themselves. */
export const metadataAddress = "169.254.169.254";

/**
 * A bridge with addresses translated to the outside. Throws MachineError where the host's tools or rights do not allow it;
 * what it had made by then is undone.
 */
export async function createHostNetwork(names: NetworkNames, signal: AbortSignal): Promise<HostNetwork> {
  const taken = await takenPrefixes(signal);
  const subnet = freeSubnet(taken, names.seed);
  if (!subnet) throw new Error("no free network in 10.200.0.0/13");
  const filter = (await attempt("nft", ["list", "tables"], { signal })) ? nft(names, subnet) : iptables(names, subnet);
  const undo = [`ip link del ${names.bridge}`, ...filter.undo];
  try {
    await run("ip", ["-batch", "-"], { signal, input: bridgeLines(names.bridge, subnet) });
    await filter.apply(signal);
    const ways = await uplinks(signal);
    const turned = [...ways, names.bridge].filter((device) => turnOn(device) && device !== names.bridge);
    noteSwitches(names.switches, turned);
    const mtu = Math.min(1500, ...ways.map(packetSize));
    return { bridge: names.bridge, subnet, mtu, undo, serveMetadata: (port) => filter.metadata(port, signal) };
  } catch (error) {
    for (const line of undo) await attempt("sh", ["-c", line]);
    throw error;
  }
}

/** Shell lines that turn forwarding off again where the last of all clouds goes. */
export function undoSwitches(owners: string, switches: string): readonly string[] {
  const each = `while read -r device; do echo 0 >/proc/sys/net/ipv4/conf/$device/forwarding; done <${switches}`;
  return [`if rmdir ${owners} 2>/dev/null && [ -f ${switches} ]; then ${each}; rm -f ${switches}; fi`];
}

interface PacketFilter {
  readonly undo: readonly string[];
  apply(signal: AbortSignal): Promise<void>;
  metadata(port: number, signal: AbortSignal): Promise<void>;
}

function nft({ table, bridge }: NetworkNames, subnet: Subnet): PacketFilter {
  const rules = `table ip ${table} {
  chain outward { type nat hook postrouting priority 100; policy accept; ip saddr ${subnet.cidr} oifname != "${bridge}" masquerade; }
  chain metadata { type nat hook prerouting priority -100; policy accept; }
}
`;
  return {
    undo: [`nft delete table ip ${table}`, ...blockedForward(bridge, "-D")],
    async apply(signal) {
      await run("nft", ["-f", "-"], { signal, input: rules });
      await openForward(bridge, signal);
    },
    async metadata(port, signal) {
      const rule = `iifname "${bridge}" ip daddr ${metadataAddress} tcp dport 80 dnat to ${subnet.gateway}:${port}`;
      await run("nft", ["-f", "-"], { signal, input: `add rule ip ${table} metadata ${rule}\n` });
    },
  };
}

function iptables({ table, bridge }: NetworkNames, subnet: Subnet): PacketFilter {
  const mark = `-m comment --comment ${table}`;
  const outward = `POSTROUTING -s ${subnet.cidr} ! -o ${bridge} ${mark} -j MASQUERADE`;
  const toServer = (port: string | number): string =>
    `PREROUTING -i ${bridge} -d ${metadataAddress}/32 -p tcp -m tcp --dport 80 ${mark} -j DNAT --to-destination ${subnet.gateway}:${port}`;
  // The port is not known when the undo lines are written: delete what carries the mark.
  const sweep = `iptables -t nat -S PREROUTING | grep -e '--comment ${table}' | sed 's/^-A/-D/' | while read -r rule; do iptables -t nat $rule; done`;
  return {
    undo: [`iptables -w -t nat -D ${outward}`, sweep, ...blockedForward(bridge, "-D")],
    async apply(signal) {
      await run("iptables", ["-w", "-t", "nat", ...`-A ${outward}`.split(" ")], { signal });
      await openForward(bridge, signal);
    },
    async metadata(port, signal) {
      await run("iptables", ["-w", "-t", "nat", ...`-A ${toServer(port)}`.split(" ")], { signal });
    },
  };
}

/** A host that drops what it forwards (Docker sets that policy) must be told of the bridge; elsewhere nothing is added. */
async function openForward(bridge: string, signal: AbortSignal): Promise<void> {
  const policy = await run("iptables", ["-w", "-S", "FORWARD"], { signal }).catch(() => "");
  if (!policy.startsWith("-P FORWARD DROP")) return;
  for (const line of blockedForward(bridge, "-I")) await run("sh", ["-c", line], { signal });
}

function blockedForward(bridge: string, act: "-I" | "-D"): readonly string[] {
  return [`iptables -w ${act} FORWARD -i ${bridge} -j ACCEPT`, `iptables -w ${act} FORWARD -o ${bridge} -j ACCEPT`];
}

function bridgeLines(bridge: string, subnet: Subnet): string {
  return `link add ${bridge} type bridge\naddr add ${subnet.gateway}/24 dev ${bridge}\nlink set ${bridge} up\n`;
}

async function takenPrefixes(signal: AbortSignal): Promise<readonly string[]> {
  const text = await run("ip", ["-4", "route", "show", "table", "all"], { signal });
  return text
    .split("\n")
    .map((line) => line.replace(/^(?:local|broadcast|unreachable|blackhole) /, "").split(" ")[0] ?? "");
}

async function uplinks(signal: AbortSignal): Promise<readonly string[]> {
  const text = await run("ip", ["-4", "route", "show", "default"], { signal });
  return [...text.matchAll(/ dev (\S+)/g)].map((match) => match[1] ?? "");
}

/** Lets a device's packets be forwarded. True when this turned it on. Per device: the host's other networks stay as they are. */
function turnOn(device: string): boolean {
  const file = `/proc/sys/net/ipv4/conf/${device}/forwarding`;
  if (readFileSync(file, "utf8").trim() === "1") return false;
  writeFileSync(file, "1");
  return true;
}

function noteSwitches(file: string, devices: readonly string[]): void {
  if (devices.length > 0) writeFileSync(file, `${devices.join("\n")}\n`, { flag: "a", mode: 0o600 });
}

function packetSize(device: string): number {
  return Number(readFileSync(`/sys/class/net/${device}/mtu`, "utf8")) || 1500;
}
