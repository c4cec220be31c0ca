import type { ConnectConfig } from "@kiln/sdk";

/** The port that the communicator will use; undefined where there is none. */
export function portOf(config: ConnectConfig): number | undefined {
  if (config.communicator === "winrm") return config.winrm_port || (config.winrm_use_ssl ? 5986 : 5985);
  return config.communicator === "ssh" ? config.ssh_port || 22 : undefined;
}
