import { ConnectError, messageOf } from "@kiln/sdk";
import { type Address, where } from "../../ssh/client/address.ts";
import { spoken } from "../../ssh/client/report.ts";
import type { ProxySettings } from "../../ssh/settings.ts";
import type { WinrmSettings } from "../settings.ts";

/** What is known when waiting ends without a connection. */
export interface Failure {
  readonly error: unknown;
  readonly address: Address | undefined;
  readonly proxy: ProxySettings | undefined;
  readonly attempts: number;
  /** Milliseconds since the first attempt. */
  readonly waited: number;
  readonly settings: WinrmSettings;
}

/** `Timeout waiting for WinRM.` as Packer says it, and then what it leaves out: how far it came, what was tried, what to do. */
export function timeoutReport(failure: Failure): ConnectError {
  const text = ["Timeout waiting for WinRM.", ...details(failure)].join("\n");
  return new ConnectError("connect/timeout", stageOf(failure.error), text, failure.error);
}

/** The end of patience with refused logins, or a failure that no waiting mends. */
export function failureReport(failure: Failure): ConnectError {
  const code = failure.error instanceof ConnectError ? failure.error.code : "connect/failed";
  const text = [`Error waiting for WinRM: ${messageOf(failure.error)}`, ...details(failure)].join("\n");
  return new ConnectError(code, stageOf(failure.error), text, failure.error);
}

export function stageOf(error: unknown): ConnectError["stage"] {
  return error instanceof ConnectError ? error.stage : "shell";
}

const stages: Readonly<Record<ConnectError["stage"], string>> = {
  resolve: "finding the address",
  tcp: "the TCP connection",
  proxy: "the proxy",
  bastion: "the bastion",
  banner: "the first answer",
  "key-exchange": "the key exchange",
  tls: "the TLS handshake",
  http: "the HTTP request",
  authentication: "authentication",
  shell: "opening a shell",
};

function details(failure: Failure): readonly string[] {
  const { error, address, proxy, attempts, waited, settings } = failure;
  const stage = stageOf(error);
  const times = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const way = proxy ? ` through the ${proxy.kind === "http" ? "HTTP" : "SOCKS5"} proxy ${where(proxy)}` : "";
  const url = address ? `${settings.ssl ? "https" : "http"}://${where(address)}/wsman` : "an address not known yet";
  const by = settings.authentication === "basic" ? "basic authentication" : "NTLM";
  return [
    `Stage:   ${stages[stage]}: ${messageOf(error)}`,
    `Tried:   ${url} as user "${settings.username}" with ${by}${way}, ${times} in ${spoken(waited)}`,
    `Advice:  ${advice(stage, messageOf(error), failure)}`,
  ];
}

function advice(stage: ConnectError["stage"], message: string, { settings, address }: Failure): string {
  switch (stage) {
    case "resolve":
      return "check the host name and the DNS of this machine; with a builder that reports the address late, raise winrm_timeout.";
    case "tcp":
      return message.includes("refused")
        ? `nothing listens on that port: check winrm_port and winrm_use_ssl (5985 is HTTP, 5986 HTTPS), and that the image or its user data runs "winrm quickconfig"; a slow machine needs a longer winrm_timeout.`
        : "no answer comes back: check the address, the security group and the machine's own firewall (Windows closes the port to public networks), and whether this network reaches it.";
    case "proxy":
      return "HTTP_PROXY, HTTPS_PROXY and NO_PROXY decide about the proxy; winrm_no_proxy = true goes straight to the machine.";
    case "tls":
      if (message.includes("does not speak TLS")) {
        return "drop winrm_use_ssl, or set winrm_port to the port of the HTTPS listener (5986 as a rule).";
      }
      return message.startsWith("the certificate")
        ? "set winrm_insecure = true to accept any certificate, as a temporary machine with a certificate of its own needs; or add its authority to the trusted ones (NODE_EXTRA_CA_CERTS names a PEM file)."
        : "the listener's certificate and protocols decide: look at them with `openssl s_client -connect HOST:PORT`; winrm_insecure = true accepts old protocols as well.";
    case "http":
      return httpAdvice(message, settings, address);
    case "authentication":
      return authenticationAdvice(message, settings);
    case "shell":
      return "the login works but commands do not run yet: the machine may still be starting (raise winrm_timeout); else check that the user is an administrator and MaxShellsPerUser and MaxMemoryPerShellMB of winrm/config/winrs.";
    case "bastion":
    case "banner":
    case "key-exchange":
      return "raise winrm_timeout.";
    default:
      return stage satisfies never;
  }
}

function httpAdvice(message: string, settings: WinrmSettings, address: Address | undefined): string {
  if (message.includes("407"))
    return "put the proxy's user and password into HTTP_PROXY, or set winrm_no_proxy = true.";
  // What answers with a status speaks HTTP there; only a 400 may come from a listener of HTTPS.
  const unclear = /closed the connection|does not speak HTTP|HTTP 400/.test(message);
  if (!settings.ssl && unclear) {
    const port = address?.port === 5986 ? "port 5986 is that of HTTPS as a rule: " : "the port may be one of HTTPS: ";
    return `${port}set winrm_use_ssl = true, or another winrm_port.`;
  }
  return "something else than WinRM answers there: check winrm_host and winrm_port.";
}

function authenticationAdvice(message: string, settings: WinrmSettings): string {
  if (message.includes("takes no basic authentication")) {
    return `set winrm_use_ntlm = true, or let the machine run winrm set winrm/config/service/auth @{Basic="true"}${
      settings.ssl ? "" : ` and winrm set winrm/config/service @{AllowUnencrypted="true"}`
    }.`;
  }
  if (message.includes("NTLM")) {
    return `drop winrm_use_ntlm to log in with basic authentication, or let the machine run winrm set winrm/config/service/auth @{Negotiate="true"}.`;
  }
  const unencrypted =
    settings.authentication === "basic" && !settings.ssl
      ? " Over plain HTTP basic authentication also needs AllowUnencrypted=true on the machine; winrm_use_ntlm or winrm_use_ssl do without."
      : "";
  return `check winrm_username and winrm_password; local users who are not the built-in Administrator need LocalAccountTokenFilterPolicy=1.${unencrypted}`;
}
