import type { ConfigOf } from "../schema.ts";
import { duration, flag, list, num, ofText, text } from "../schema.ts";

/** SSH options of every builder that connects. Defaults that depend on each other are applied by the SSH connector. Source: Packer plugin SDK. */
export const sshOptions = {
  ssh_host: text({ doc: "Address to connect to; usually learnt from the builder." }),
  ssh_port: num({ doc: "Port to connect to; 22 when not set." }),
  ssh_username: text({ doc: "User to log in as." }),
  ssh_password: text({ doc: "Password for password and keyboard-interactive login.", sensitive: true }),
  ssh_keypair_name: text({ doc: "Name of an existing key pair on the platform." }),
  temporary_key_pair_name: text({ doc: "Name of the temporary key pair; `packer_` and a UUID when not set." }),
  temporary_key_pair_type: text({
    doc: "Kind of temporary key: `rsa`, `ecdsa`, `ed25519` or `dsa`.",
    choices: ["rsa", "ecdsa", "ed25519", "dsa"],
  }),
  temporary_key_pair_bits: num({ doc: "Size of the temporary key in bits (rsa 4096, ecdsa 521)." }),
  ssh_ciphers: list(ofText, { doc: "Ciphers to offer, instead of the defaults." }),
  ssh_key_exchange_algorithms: list(ofText, { doc: "Key exchange algorithms to offer, instead of the defaults." }),
  ssh_certificate_file: text({ doc: "OpenSSH certificate to present with the private key." }),
  ssh_clear_authorized_keys: flag({
    doc: "Take the temporary key out of the machine's authorized_keys after provisioning.",
  }),
  ssh_pty: flag({ doc: "Run commands on a pseudo terminal." }),
  ssh_timeout: duration({ doc: "How long to wait for SSH; 5m when neither this nor ssh_handshake_attempts is set." }),
  ssh_wait_timeout: duration({ doc: "Old name of ssh_timeout.", deprecated: { use: "ssh_timeout" } }),
  ssh_disable_agent_forwarding: flag({ doc: "Do not forward the local agent." }),
  ssh_handshake_attempts: num({ doc: "Handshakes to try; only authentication failures count." }),
  ssh_private_key_file: text({
    doc: "Private key to log in with. The passphrase of an encrypted one is asked for, or read from KILN_SSH_KEY_PASSPHRASE.",
  }),
  ssh_agent_auth: flag({ doc: "Log in with keys of the agent at SSH_AUTH_SOCK." }),
  ssh_bastion_host: text({ doc: "Jump host to connect through." }),
  ssh_bastion_port: num({ doc: "Port of the jump host; 22 when not set." }),
  ssh_bastion_agent_auth: flag({ doc: "Log in to the jump host with the agent." }),
  ssh_bastion_username: text({ doc: "User on the jump host." }),
  ssh_bastion_password: text({ doc: "Password on the jump host.", sensitive: true }),
  ssh_bastion_interactive: flag({ doc: "Ask on the terminal for what the jump host wants to know." }),
  ssh_bastion_private_key_file: text({ doc: "Private key for the jump host; the machine's key when not set." }),
  ssh_bastion_certificate_file: text({ doc: "OpenSSH certificate for the jump host." }),
  ssh_file_transfer_method: text({ doc: "`scp` or `sftp`.", choices: ["scp", "sftp"] }),
  ssh_proxy_host: text({ doc: "SOCKS5 proxy to connect through (or HTTP, written `http://host`)." }),
  ssh_proxy_port: num({ doc: "Port of the proxy; 1080 when not set." }),
  ssh_proxy_username: text({ doc: "User for the proxy." }),
  ssh_proxy_password: text({ doc: "Password for the proxy.", sensitive: true }),
  ssh_keep_alive_interval: duration({ doc: "Pause between keep-alives; 5s when not set, negative turns them off." }),
  ssh_read_write_timeout: duration({
    doc: "Longest silence on the connection before it counts as lost; none when not set.",
  }),
  ssh_remote_tunnels: list(ofText, { doc: "`PORT:HOST:PORT`: ports of the machine that lead back here." }),
  ssh_local_tunnels: list(ofText, { doc: "`PORT:HOST:PORT`: local ports that lead through the machine." }),
  ssh_public_key: text({ doc: "Set by builders.", hidden: true }),
  ssh_private_key: text({ doc: "Set by builders.", hidden: true, sensitive: true }),
} as const;

/** WinRM options of every builder that connects. Source: Packer plugin SDK. */
export const winrmOptions = {
  winrm_username: text({ doc: "User to log in as." }),
  winrm_password: text({ doc: "Password to log in with.", sensitive: true }),
  winrm_host: text({ doc: "Address to connect to; usually learnt from the builder." }),
  winrm_no_proxy: flag({ doc: "Connect directly although a proxy is configured." }),
  winrm_port: num({ doc: "Port to connect to; 5985, or 5986 with winrm_use_ssl, when not set." }),
  winrm_timeout: duration({ doc: "How long to wait for WinRM; 30m when not set." }),
  winrm_use_ssl: flag({ doc: "Connect over HTTPS." }),
  winrm_insecure: flag({ doc: "Do not check the server's certificate." }),
  winrm_use_ntlm: flag({ doc: "NTLM instead of basic authentication." }),
} as const;

/** All options of the connection between Kiln and the machine. Spread it into a builder's schema. */
export const communicatorOptions = {
  communicator: text({ doc: "`ssh`, `winrm` or `none`.", fallback: "ssh" }),
  pause_before_connecting: duration({ doc: "Connect once, wait this long, and connect again." }),
  ...sshOptions,
  ...winrmOptions,
} as const;

/** The decoded communicator options. `communicator` is checked by the engine. */
export type ConnectConfig = ConfigOf<typeof communicatorOptions>;

/** Texts, not paths: PEM or OpenSSH private key, and the one-line OpenSSH public key ending in `comment`. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly comment: string;
}
