import type { Config } from "../config.ts";
import type { Refusals } from "./refusals.ts";

/** Ranges of ports on this machine. */
export function checkPorts(config: Config, refuse: Refusals): void {
  const low = config.ssh_host_port_min ?? config.host_port_min;
  const high = config.ssh_host_port_max ?? config.host_port_max;
  if (low > high) refuse.error("host_port_min", "ports", "host_port_min must be less than host_port_max");
  if (low < 0) refuse.error("host_port_min", "ports", "host_port_min must be positive");
  if (high > 65_535) refuse.error("host_port_max", "ports", "host_port_max must be a port, 65535 at the most");
  const { vnc_port_min: vncLow, vnc_port_max: vncHigh } = config;
  if (vncLow < 5900) refuse.error("vnc_port_min", "vnc-ports", "vnc_port_min cannot be below 5900");
  if (vncHigh > 65_535) refuse.error("vnc_port_max", "vnc-ports", "vnc_port_max must be a port, 65535 at the most");
  if (vncLow > vncHigh) refuse.error("vnc_port_min", "vnc-ports", "vnc_port_min must be less than vnc_port_max");
}
