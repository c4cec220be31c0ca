import { attempt, run } from "./command.ts";
import type { HostNetwork } from "./network/host-network.ts";

/** One machine's cable to the bridge. */
export interface Cable {
  readonly network: HostNetwork;
  /** The last number of its address. */
  readonly number: number;
}

/** Plugs a machine's network namespace into the bridge and sets its address and route. */
export async function plugIn({ network, number }: Cable, machineProcess: number, signal: AbortSignal): Promise<void> {
  const name = cableName({ network, number });
  const { mtu, subnet, bridge } = network;
  const outside = `link add ${name} mtu ${mtu} type veth peer name eth0 mtu ${mtu} netns ${machineProcess}\nlink set ${name} master ${bridge} up\n`;
  const inside = `link set lo up
addr add ${subnet.prefix}.${number}/24 brd + dev eth0
link set eth0 up
route add default via ${subnet.gateway}
`;
  await run("ip", ["-batch", "-"], { input: outside, signal });
  await run("nsenter", [`--net=/proc/${machineProcess}/ns/net`, "ip", "-batch", "-"], { input: inside, signal });
}

/** Takes the cable away; it may have gone with its machine already. */
export async function unplug(cable: Cable): Promise<void> {
  await attempt("ip", ["link", "del", cableName(cable)]);
}

function cableName({ network, number }: Cable): string {
  return `${network.bridge}${number}`;
}
