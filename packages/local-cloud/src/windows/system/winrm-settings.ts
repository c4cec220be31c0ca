import { Refusal } from "./refusal.ts";

/** A listener of the WinRM service. */
export interface Listener {
  readonly transport: "HTTP" | "HTTPS";
  readonly port: number;
  readonly address: string;
  readonly hostName: string;
  readonly thumbprint: string;
}
/** What a listener has, as `winrm` and `WSMan:` call it. */
export function listenerDetails(listener: Listener): readonly (readonly [name: string, value: string])[] {
  return [
    ["Address", listener.address],
    ["Transport", listener.transport],
    ["Port", String(listener.port)],
    ["Hostname", listener.hostName],
    ["Enabled", "true"],
    ["URLPrefix", "wsman"],
    ["CertificateThumbprint", listener.thumbprint],
  ];
}

/** What one of those changes. */
export function listenerChange(name: string, value: string): Partial<Listener> {
  switch (name.toLowerCase()) {
    case "port":
      return { port: Number(value) };
    case "hostname":
      return { hostName: value };
    case "certificatethumbprint":
      return { thumbprint: value };
    case "enabled":
      if (value.toLowerCase() === "true") return {};
      throw new Refusal("listeners that are not enabled");
    default:
      throw new Refusal(`the setting ${name} of listeners`);
  }
}

/** `winrm/config` by dotted names in lower case (`service.auth.basic`); values as text. */
export type StoredWinrm = {
  readonly settings: Readonly<Record<string, string>>;
  readonly listeners: readonly Listener[];
};

/** The configuration of a new Windows Server 2012 R2, in the order in which `winrm get` shows it. */
export const winrmNames: readonly (readonly [name: string, value: string])[] = [
  ["MaxEnvelopeSizekb", "500"],
  ["MaxTimeoutms", "60000"],
  ["MaxBatchItems", "32000"],
  ["MaxProviderRequests", "4294967295"],
  ["Client.NetworkDelayms", "5000"],
  ["Client.URLPrefix", "wsman"],
  ["Client.AllowUnencrypted", "false"],
  ["Client.Auth.Basic", "true"],
  ["Client.Auth.Digest", "true"],
  ["Client.Auth.Kerberos", "true"],
  ["Client.Auth.Negotiate", "true"],
  ["Client.Auth.Certificate", "true"],
  ["Client.Auth.CredSSP", "false"],
  ["Client.TrustedHosts", ""],
  ["Service.RootSDDL", "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"],
  ["Service.MaxConcurrentOperations", "4294967295"],
  ["Service.MaxConcurrentOperationsPerUser", "1500"],
  ["Service.EnumerationTimeoutms", "240000"],
  ["Service.MaxConnections", "300"],
  ["Service.MaxPacketRetrievalTimeSeconds", "120"],
  ["Service.AllowUnencrypted", "false"],
  ["Service.Auth.Basic", "false"],
  ["Service.Auth.Kerberos", "true"],
  ["Service.Auth.Negotiate", "true"],
  ["Service.Auth.Certificate", "false"],
  ["Service.Auth.CredSSP", "false"],
  ["Service.Auth.CbtHardeningLevel", "Relaxed"],
  ["Service.IPv4Filter", "*"],
  ["Service.IPv6Filter", "*"],
  ["Service.EnableCompatibilityHttpListener", "false"],
  ["Service.EnableCompatibilityHttpsListener", "false"],
  ["Service.AllowRemoteAccess", "true"],
  ["Winrs.AllowRemoteShellAccess", "true"],
  ["Winrs.IdleTimeout", "7200000"],
  ["Winrs.MaxConcurrentUsers", "2147483647"],
  ["Winrs.MaxShellRunTime", "2147483647"],
  ["Winrs.MaxProcessesPerShell", "2147483647"],
  ["Winrs.MaxMemoryPerShellMB", "2147483647"],
  ["Winrs.MaxShellsPerUser", "2147483647"],
];

/** What WinRM is told by `winrm set` and `WSMan:`, and what the server asks. */
export class WinrmSettings {
  readonly #values = new Map<string, string>();
  #listeners: readonly Listener[];
  readonly #changed: (() => void)[] = [];

  constructor(stored?: StoredWinrm) {
    for (const [name, value] of winrmNames) this.#values.set(name.toLowerCase(), value);
    for (const [name, value] of Object.entries(stored?.settings ?? {})) this.#values.set(name, value);
    this.#listeners = stored?.listeners ?? [
      { transport: "HTTP", port: 5985, address: "*", hostName: "", thumbprint: "" },
    ];
  }
  stored(): StoredWinrm {
    return { settings: Object.fromEntries(this.#values), listeners: this.#listeners };
  }
  get(name: string): string {
    return this.#values.get(name.toLowerCase()) ?? "";
  }
  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }
  isOn(name: string): boolean {
    return this.get(name).toLowerCase() === "true";
  }
  number(name: string): number {
    return Number(this.get(name));
  }
  /** False when there is no such setting. */
  set(name: string, value: string): boolean {
    if (!this.#values.has(name.toLowerCase())) return false;
    this.#values.set(name.toLowerCase(), value);
    this.#notify();
    return true;
  }
  get listeners(): readonly Listener[] {
    return this.#listeners;
  }
  setListeners(listeners: readonly Listener[]): void {
    this.#listeners = listeners;
    this.#notify();
  }
  onChange(listener: () => void): void {
    this.#changed.push(listener);
  }
  #notify(): void {
    for (const listener of this.#changed) listener();
  }
}
