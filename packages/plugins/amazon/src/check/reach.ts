import type { ConnectConfig } from "@kiln/sdk";
import type { InstanceProfileConfig } from "../options/instance-profile.ts";
import type { ReachConfig } from "../options/reach.ts";
import type { Refusals } from "./refusals.ts";

const interfaces = ["public_ip", "private_ip", "public_dns", "private_dns", "ipv6", "session_manager"];

/** Keys, addresses and tunnels. */
export function checkReach(config: ReachConfig & ConnectConfig & InstanceProfileConfig, refuse: Refusals): void {
  const { ssh_interface: via, communicator } = config;
  if (via && !interfaces.includes(via)) {
    refuse.error(
      ["ssh_interface"],
      "ssh-interface",
      `Unknown interface type: ${via}`,
      `One of ${interfaces.join(", ")}.`,
    );
  }
  if (via === "session_manager") checkTunnel(config, refuse);
  if (config.ssh_keypair_name && !config.ssh_private_key_file) {
    if (communicator === "winrm" && !config.winrm_password) {
      refuse.error(
        ["ssh_keypair_name"],
        "key-pair-file",
        "ssh_private_key_file must be provided to retrieve the winrm password when using ssh_keypair_name.",
      );
    } else if (communicator === "ssh" && !config.ssh_agent_auth && !config.ssh_password) {
      refuse.error(
        ["ssh_keypair_name"],
        "key-pair-file",
        "ssh_private_key_file must be provided or ssh_agent_auth enabled when ssh_keypair_name is specified.",
      );
    }
  }
  if (communicator === "winrm" && !config.winrm_password && !config.ssh_private_key_file && makesNoKey(config)) {
    refuse.error(
      [config.ssh_agent_auth ? "ssh_agent_auth" : "ssh_password"],
      "key-pair-file",
      "without winrm_password the instance's password must be decrypted, and there will be no private key to do it with: " +
        "leave ssh_agent_auth and ssh_password out, or set ssh_private_key_file or winrm_password",
    );
  }
  const type = config.temporary_key_pair_type?.toLowerCase();
  if (type && type !== "rsa" && type !== "ed25519") {
    refuse.error(
      ["temporary_key_pair_type"],
      "key-pair-type",
      "temporary_key_pair_type requires either rsa or ed25519 as its value",
    );
  }
  if (type === "ed25519" && communicator === "winrm" && !config.winrm_password) {
    refuse.error(
      ["temporary_key_pair_type"],
      "key-pair-type",
      "temporary_key_pair_type must be rsa to retrieve the winrm password: EC2 encrypts it for RSA keys only",
    );
  }
  if (config.temporary_key_pair_bits) {
    refuse.warning(
      ["temporary_key_pair_bits"],
      "key-pair-bits",
      "temporary_key_pair_bits has no effect: EC2 makes the temporary key pair and decides its size",
    );
  }
}

/** Options under which no temporary key pair is made; a named one has been dealt with above. */
function makesNoKey(config: ReachConfig & ConnectConfig): boolean {
  if (config.ssh_keypair_name) return false;
  return Boolean(config.ssh_agent_auth || (config.ssh_password && !config.temporary_key_pair_name));
}

function checkTunnel(config: ReachConfig & ConnectConfig & InstanceProfileConfig, refuse: Refusals): void {
  if (config.communicator === "winrm") {
    refuse.error(
      ["ssh_interface"],
      "session-manager",
      'session_manager connectivity is not supported with the "winrm" communicator; please use "ssh"',
    );
  }
  if (!config.iam_instance_profile && !config.temporary_iam_instance_profile_policy_document) {
    refuse.error(
      ["ssh_interface"],
      "session-manager",
      "no iam_instance_profile defined; session_manager connectivity requires a valid instance profile with " +
        "AmazonSSMManagedInstanceCore permissions. Alternatively a temporary_iam_instance_profile_policy_document can be used.",
    );
  }
}
