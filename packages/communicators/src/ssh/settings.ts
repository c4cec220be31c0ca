import type { ConnectConfig } from "@kiln/sdk";
import { readTunnel, type Tunnel } from "./tunnel-text.ts";

/** The SSH options with the defaults that depend on each other. Times in milliseconds. Source: Packer's communicator configuration. */
export interface SshSettings {
  readonly username: string;
  readonly password: string | undefined;
  readonly keyFile: string | undefined;
  readonly certificateFile: string | undefined;
  readonly agentAuth: boolean;
  readonly forwardAgent: boolean;
  /** Undefined waits for ever. */
  readonly timeout: number | undefined;
  /** Refused logins after which waiting ends; undefined is no limit. */
  readonly attempts: number | undefined;
  readonly pty: boolean;
  readonly transfer: "scp" | "sftp";
  /** Undefined is off. */
  readonly keepAlive: number | undefined;
  /** Silence after which the connection counts as lost; undefined is never. */
  readonly silence: number | undefined;
  readonly ciphers: readonly string[] | undefined;
  readonly keyExchanges: readonly string[] | undefined;
  readonly localTunnels: readonly Tunnel[];
  readonly remoteTunnels: readonly Tunnel[];
  readonly bastion: BastionSettings | undefined;
  readonly proxy: ProxySettings | undefined;
}
export interface BastionSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | undefined;
  readonly interactive: boolean;
  readonly keyFile: string | undefined;
  readonly certificateFile: string | undefined;
  readonly agentAuth: boolean;
}
export interface ProxySettings {
  readonly kind: "socks5" | "http";
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const minute = 60_000;

export function sshSettings(config: ConnectConfig): SshSettings {
  const timeout = config.ssh_timeout || config.ssh_wait_timeout || undefined;
  const attempts = config.ssh_handshake_attempts || undefined;
  const neither = timeout === undefined && attempts === undefined;
  const keepAlive = config.ssh_keep_alive_interval || 5000;
  return {
    username: config.ssh_username ?? "",
    password: given(config.ssh_password),
    keyFile: given(config.ssh_private_key_file),
    certificateFile: given(config.ssh_certificate_file),
    agentAuth: config.ssh_agent_auth ?? false,
    forwardAgent: !config.ssh_disable_agent_forwarding,
    timeout: neither ? 5 * minute : timeout,
    attempts: neither ? 10 : attempts,
    pty: config.ssh_pty ?? false,
    transfer: config.ssh_file_transfer_method === "sftp" ? "sftp" : "scp",
    keepAlive: keepAlive > 0 ? keepAlive : undefined,
    silence: config.ssh_read_write_timeout || undefined,
    ciphers: config.ssh_ciphers?.length ? config.ssh_ciphers : undefined,
    keyExchanges: config.ssh_key_exchange_algorithms?.length ? config.ssh_key_exchange_algorithms : undefined,
    localTunnels: (config.ssh_local_tunnels ?? []).flatMap((text) => readTunnel(text) ?? []),
    remoteTunnels: (config.ssh_remote_tunnels ?? []).flatMap((text) => readTunnel(text) ?? []),
    bastion: bastionOf(config),
    proxy: proxyOf(config),
  };
}

function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function bastionOf(config: ConnectConfig): BastionSettings | undefined {
  const host = given(config.ssh_bastion_host);
  if (host === undefined) return undefined;
  const keyFile = given(config.ssh_bastion_private_key_file);
  return {
    host,
    port: config.ssh_bastion_port || 22,
    username: given(config.ssh_bastion_username) ?? config.ssh_username ?? "",
    password: given(config.ssh_bastion_password),
    interactive: config.ssh_bastion_interactive ?? false,
    keyFile: keyFile ?? given(config.ssh_private_key_file),
    certificateFile:
      given(config.ssh_bastion_certificate_file) ??
      (keyFile === undefined ? given(config.ssh_certificate_file) : undefined),
    agentAuth: config.ssh_bastion_agent_auth ?? false,
  };
}

/** `http://` before the host asks for HTTP CONNECT, and then a port may stand in the host; otherwise SOCKS5. */
function proxyOf(config: ConnectConfig): ProxySettings | undefined {
  const host = given(config.ssh_proxy_host);
  if (host === undefined) return undefined;
  const scheme = /^(https?|socks5h?):\/\/([^/]*?)(?::(\d+))?\/?$/i.exec(host);
  const kind = scheme?.[1]?.toLowerCase().startsWith("http") ? "http" : "socks5";
  return {
    kind,
    host: (scheme?.[2] ?? host).replace(/^\[|\]$/g, ""),
    port: Number(scheme?.[3]) || config.ssh_proxy_port || 1080,
    username: given(config.ssh_proxy_username),
    password: given(config.ssh_proxy_password),
  };
}
