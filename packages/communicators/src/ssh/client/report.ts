import { ConnectError, goDuration, messageOf } from "@kiln/sdk";
import type { SshSettings } from "../settings.ts";
import { type Address, where } from "./address.ts";
import { defaultCiphers, defaultKeyExchanges, hostKeys } from "./algorithms.ts";
import { LoginError } from "./login.ts";

/** What is known when waiting ends without a connection. */
export interface Failure {
  readonly error: unknown;
  readonly address: Address | undefined;
  readonly attempts: number;
  /** Milliseconds since the first attempt. */
  readonly waited: number;
  readonly settings: SshSettings;
}

/** `Timeout waiting for SSH.` as Packer says it, and then what it leaves out: how far it came, what was tried, what to do. */
export function timeoutReport(failure: Failure): ConnectError {
  const stage = stageOf(failure.error);
  return new ConnectError(
    "connect/timeout",
    stage,
    ["Timeout waiting for SSH.", ...details(failure)].join("\n"),
    failure.error,
  );
}

/** The end of patience with refused logins, or a failure that no waiting mends. */
export function failureReport(failure: Failure): ConnectError {
  const code = failure.error instanceof ConnectError ? failure.error.code : "connect/failed";
  const stage = stageOf(failure.error);
  // Nothing was tried: the mistake is on this side, and the machine has no part in it.
  if (failure.attempts === 0) {
    return new ConnectError(code, stage, `Error waiting for SSH: ${messageOf(failure.error)}`, failure.error);
  }
  const refused =
    "Kiln experienced an authentication error when trying to connect via SSH. This can happen if your username/password are wrong. " +
    "You may want to double-check your credentials as part of your debugging process.";
  const why = code === "connect/authentication" ? refused : messageOf(failure.error);
  return new ConnectError(
    code,
    stage,
    [`Error waiting for SSH: ${why}`, ...details(failure)].join("\n"),
    failure.error,
  );
}

export function stageOf(error: unknown): ConnectError["stage"] {
  return error instanceof ConnectError ? error.stage : "resolve";
}

const stages: Readonly<Record<ConnectError["stage"], string>> = {
  resolve: "finding the address",
  tcp: "the TCP connection",
  proxy: "the proxy",
  bastion: "the bastion",
  banner: "waiting for the SSH banner",
  "key-exchange": "the key exchange",
  tls: "the TLS handshake",
  http: "the HTTP request",
  authentication: "authentication",
  shell: "opening a session",
};

function details(failure: Failure): readonly string[] {
  const { error, address, attempts, waited, settings } = failure;
  const stage = stageOf(error);
  const lines = [`Stage:   ${stages[stage]}: ${messageOf(error)}`];
  const way = settings.bastion
    ? ` through the bastion ${where(settings.bastion)}`
    : settings.proxy
      ? ` through the ${settings.proxy.kind === "http" ? "HTTP" : "SOCKS5"} proxy ${where(settings.proxy)}`
      : "";
  const times = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const target = address ? where(address) : "an address not known yet";
  lines.push(`Tried:   ${target} as user "${settings.username}"${way}, ${times} in ${spoken(waited)}`);
  if (error instanceof LoginError) {
    for (const { what, result } of error.tried) lines.push(`         ${what}: ${result}`);
    if (error.server !== undefined) lines.push(`Server:  ${error.server}`);
  }
  if (stage === "key-exchange") {
    lines.push(`Offered: key exchanges ${(settings.keyExchanges ?? defaultKeyExchanges).join(", ")}`);
    lines.push(`         ciphers ${(settings.ciphers ?? defaultCiphers).join(", ")}; host keys ${hostKeys.join(", ")}`);
  }
  lines.push(`Advice:  ${advice(stage, messageOf(error), settings)}`);
  return lines;
}

function advice(stage: ConnectError["stage"], message: string, settings: SshSettings): string {
  switch (stage) {
    case "resolve":
      return "check the host name and the DNS of this machine; with a builder that reports the address late, raise ssh_timeout.";
    case "tcp":
      return message.includes("refused")
        ? "nothing listens on that port: check ssh_port, and that the SSH server is installed and starts; a slow machine needs a longer ssh_timeout."
        : "no answer comes back: check the address, the security group or firewall, and whether this network reaches it (ssh_bastion_host, ssh_proxy_host).";
    case "proxy":
      return "check ssh_proxy_host, ssh_proxy_port and its user and password; SOCKS5 is spoken unless the host is written http://HOST.";
    case "bastion":
      return "check the ssh_bastion_ options; the same login should work with `ssh` from this machine.";
    case "banner":
      return "something accepts connections there but is no ready SSH server: the machine may still be starting (raise ssh_timeout), or the port belongs to something else.";
    case "key-exchange":
    case "tls":
    case "http":
      return "set ssh_key_exchange_algorithms or ssh_ciphers to something the server offers, or update its SSH server.";
    case "authentication":
      return authenticationAdvice(message, settings);
    case "shell":
      return "the login works but the server allows no session: check MaxSessions and the account's restrictions in the server's configuration.";
    default:
      return stage satisfies never;
  }
}

function authenticationAdvice(message: string, settings: SshSettings): string {
  const accepts = /the server accepts ([^;]+)/.exec(message)?.[1];
  if (
    accepts?.includes("publickey") &&
    !accepts.includes("password") &&
    settings.password !== undefined &&
    !settings.keyFile
  ) {
    return "the server takes no passwords: give it a key with ssh_private_key_file.";
  }
  return `check that ssh_username "${settings.username}" is the user this image expects and that the key or password belongs to it; the server's log (journalctl -u ssh) says why it refused.`;
}

/** `1m5s`, `800ms`: no finer than somebody who waited cares for. */
export function spoken(ms: number): string {
  return goDuration(ms < 1000 ? Math.round(ms) : Math.round(ms / 1000) * 1000);
}
