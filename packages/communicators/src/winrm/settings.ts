import type { ConnectConfig } from "@kiln/sdk";

/** The WinRM options with their defaults. Times in milliseconds. Source: Packer's communicator configuration. */
export interface WinrmSettings {
  readonly username: string;
  readonly password: string;
  readonly ssl: boolean;
  /** The server's certificate is not checked. */
  readonly insecure: boolean;
  readonly authentication: "basic" | "ntlm";
  readonly noProxy: boolean;
  /** How long to wait for the machine. */
  readonly timeout: number;
  /** After this long the server answers a request although nothing has happened. */
  readonly operationTimeout: number;
  /** How long an answer may be overdue before the connection counts as lost. */
  readonly grace: number;
}

const minute = 60_000;

/** `platformPassword` is what the builder learnt from the platform, where the template gives none. */
export function winrmSettings(config: ConnectConfig, platformPassword?: string): WinrmSettings {
  const timeout = config.winrm_timeout || 30 * minute;
  // Packer lets the server wait for the whole of winrm_timeout; what dies on the way is noticed sooner by asking more often.
  const operationTimeout = Math.max(500, Math.min(minute, timeout));
  return {
    username: config.winrm_username ?? "",
    password: config.winrm_password || platformPassword || "",
    ssl: config.winrm_use_ssl ?? false,
    insecure: config.winrm_insecure ?? false,
    authentication: config.winrm_use_ntlm ? "ntlm" : "basic",
    noProxy: config.winrm_no_proxy ?? false,
    timeout,
    operationTimeout,
    grace: Math.max(1000, operationTimeout / 2),
  };
}

/** `DOMAIN\user` apart; `user@domain` is the user as it stands. */
export function userAndDomain(username: string): { readonly user: string; readonly domain: string } {
  const at = username.indexOf("\\");
  return at < 0 ? { user: username, domain: "" } : { user: username.slice(at + 1), domain: username.slice(0, at) };
}
