/** A rule of the firewall, as far as it decides who reaches WinRM. */
export interface FirewallRule {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly direction: "in" | "out";
  readonly action: "allow" | "block" | "bypass";
  readonly protocol: string;
  /** Empty: any. */
  readonly localPorts: readonly string[];
  readonly remoteIp: string;
  readonly group: string;
}
export interface StoredFirewall {
  readonly rules: readonly FirewallRule[];
  /** Profiles (`domainprofile`, …) that are switched off. */
  readonly off: readonly string[];
}

const rule = (name: string, group: string, port: string, isEnabled: boolean): FirewallRule => ({
  name,
  group,
  isEnabled,
  direction: "in",
  action: "allow",
  protocol: "TCP",
  localPorts: [port],
  // As on a public network: only neighbours, of which an instance has none.
  remoteIp: port === "5985" ? "localsubnet" : "any",
});
const initial: StoredFirewall = {
  rules: [
    rule("Windows Remote Management (HTTP-In)", "Windows Remote Management", "5985", true),
    rule(
      "Windows Remote Management - Compatibility Mode (HTTP-In)",
      "Windows Remote Management (Compatibility)",
      "80",
      false,
    ),
    rule("Remote Desktop - User Mode (TCP-In)", "Remote Desktop", "3389", true),
    rule("File and Printer Sharing (SMB-In)", "File and Printer Sharing", "445", false),
  ],
  off: [],
};

/** Which ports the machine's firewall lets in: blocked unless a rule allows, and never when one blocks. */
export class Firewall {
  #rules: readonly FirewallRule[];
  #off: readonly string[];
  readonly #changed: (() => void)[] = [];
  constructor(stored: StoredFirewall = initial) {
    this.#rules = stored.rules;
    this.#off = stored.off;
  }
  stored(): StoredFirewall {
    return { rules: this.#rules, off: this.#off };
  }
  get rules(): readonly FirewallRule[] {
    return this.#rules;
  }
  find(name: string): readonly FirewallRule[] {
    return name.toLowerCase() === "all"
      ? this.#rules
      : this.#rules.filter((one) => one.name.toLowerCase() === name.toLowerCase());
  }
  add(one: FirewallRule): void {
    this.#rules = [...this.#rules, one];
    this.#notify();
  }
  replace(change: (one: FirewallRule) => FirewallRule | undefined): void {
    this.#rules = this.#rules.flatMap((one) => change(one) ?? []);
    this.#notify();
  }
  switchProfiles(names: readonly string[], on: boolean): void {
    this.#off = on ? this.#off.filter((name) => !names.includes(name)) : [...new Set([...this.#off, ...names])];
    this.#notify();
  }
  isOff(profile: string): boolean {
    return this.#off.includes(profile);
  }
  /** Whether others reach a TCP port. The network of an instance is a public one. */
  letsIn(port: number): boolean {
    if (this.isOff("publicprofile")) return true;
    const meant = this.#rules.filter(
      (one) =>
        one.isEnabled &&
        one.direction === "in" &&
        (one.action === "block" || one.remoteIp === "any") &&
        /^(?:tcp|any|6)$/i.test(one.protocol) &&
        (one.localPorts.length === 0 || one.localPorts.some((range) => coversPort(range, port))),
    );
    return meant.some((one) => one.action !== "block") && !meant.some((one) => one.action === "block");
  }
  onChange(listener: () => void): void {
    this.#changed.push(listener);
  }
  #notify(): void {
    for (const listener of this.#changed) listener();
  }
}

function coversPort(range: string, port: number): boolean {
  if (/^any$/i.test(range)) return true;
  const [from = "", to = from] = range.split("-");
  return port >= Number(from) && port <= Number(to);
}
