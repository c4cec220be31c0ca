import { flag, num, text } from "@kiln/sdk";

/** How the machine is reached. */
export const networkOptions = {
  net_device: text({ doc: "QEMU's network device.", fallback: "virtio-net" }),
  net_bridge: text({ doc: "Bridge to attach the machine to, instead of QEMU's user network." }),
  host_port_min: num({ doc: "Lowest local port that may lead to the machine.", fallback: 2222 }),
  host_port_max: num({ doc: "Highest local port that may lead to the machine.", fallback: 4444 }),
  ssh_host_port_min: num({ doc: "Old name of host_port_min.", deprecated: { use: "host_port_min" } }),
  ssh_host_port_max: num({ doc: "Old name of host_port_max.", deprecated: { use: "host_port_max" } }),
  skip_nat_mapping: flag({
    doc: "Forward no port: the communicator's own port on 127.0.0.1 leads to the machine already.",
    fallback: false,
  }),
} as const;
