import { type ConfigOf, duration, num, text } from "@kiln/sdk";

/** How the machine is reached, beside the communicator's own options. */
export const reachOptions = {
  ssh_interface: text({
    doc: "Which address to connect to, or session_manager for a tunnel.",
    choices: ["public_ip", "private_ip", "public_dns", "private_dns", "ipv6", "session_manager"],
  }),
  pause_before_ssm: duration({ doc: "Wait this long before opening the tunnel.", fallback: 0 }),
  session_manager_port: num({ doc: "Local port of the tunnel; a free one from 8000 to 9000 when not set." }),
} as const;
export type ReachConfig = ConfigOf<typeof reachOptions>;
