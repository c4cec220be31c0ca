import { Refusal } from "./refusal.ts";

/** What kind of network the machine believes to be in. */
export type NetworkCategory = "public" | "private" | "domain";

/** A rule of the firewall, as far as it decides who reaches WinRM. */
export interface FirewallRule {
  /** What scripts and `netsh` call it, and Windows its display name. */
  readonly name: string;
  /** The name that PowerShell's cmdlets take for -Name; undefined: it has a made-up one. */
  readonly id?: string;
  /** The kinds of networks on which it counts; undefined: all. */
  readonly profiles?: readonly NetworkCategory[];
  readonly isEnabled: boolean;
  readonly direction: "in" | "out";
  readonly action: "allow" | "block" | "bypass";
  readonly protocol: string;
  /** Empty: any. */
  readonly localPorts: readonly string[];
  readonly remoteIp: string;
  readonly group: string;
}
/** What a rule says where its maker leaves the rest open: whatever comes in may pass. */
export const plainRule: Omit<FirewallRule, "name"> = {
  isEnabled: true,
  direction: "in",
  action: "allow",
  protocol: "any",
  localPorts: [],
  remoteIp: "any",
  group: "",
};

export interface StoredFirewall {
  readonly rules: readonly FirewallRule[];
  /** Profiles (`domainprofile`, …) that are switched off. */
  readonly off: readonly string[];
  /** Public where nobody said otherwise. */
  readonly category?: NetworkCategory;
}

const rule = (name: string, group: string, port: string, isEnabled: boolean): FirewallRule => ({
  ...plainRule,
  name,
  group,
  isEnabled,
  protocol: "TCP",
  localPorts: [port],
});
const winrmRule = rule("Windows Remote Management (HTTP-In)", "Windows Remote Management", "5985", true);
const initial: StoredFirewall = {
  rules: [
    { ...winrmRule, id: "WINRM-HTTP-In-TCP", profiles: ["domain", "private"] },
    // On a public network only neighbours, of which an instance has none.
    { ...winrmRule, id: "WINRM-HTTP-In-TCP-PUBLIC", profiles: ["public"], remoteIp: "localsubnet" },
    rule(
      "Windows Remote Management - Compatibility Mode (HTTP-In)",
      "Windows Remote Management (Compatibility)",
      "80",
      false,
    ),
    rule("Remote Desktop - User Mode (TCP-In)", "Remote Desktop", "3389", true),
    ...["NP-In", "RPC", "RPC-EPMAP"].map((kind, at) =>
      rule(`Remote Administration (${kind})`, "Remote Administration", ["445", "RPC", "RPC-EPMap"][at] ?? "", false),
    ),
    rule("File and Printer Sharing (SMB-In)", "File and Printer Sharing", "445", false),
  ],
  off: [],
};

/** Which ports the machine's firewall lets in: blocked unless a rule allows, and never when one blocks. */
export class Firewall {
  #rules: readonly FirewallRule[];
  #off: readonly string[];
  #category: NetworkCategory;
  readonly #changed: (() => void)[] = [];
  constructor(stored: StoredFirewall = initial) {
    this.#rules = stored.rules;
    this.#off = stored.off;
    this.#category = stored.category ?? "public";
  }
  stored(): StoredFirewall {
    return { rules: this.#rules, off: this.#off, category: this.#category };
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
  /** What kind of network the machine's only one is. */
  get category(): NetworkCategory {
    return this.#category;
  }
  set category(category: NetworkCategory) {
    this.#category = category;
    this.#notify();
  }
  isOff(profile: string): boolean {
    return this.#off.includes(profile);
  }
  /** Whether others reach a TCP port. */
  letsIn(port: number): boolean {
    if (this.isOff(`${this.#category}profile`)) return true;
    const meant = this.#rules.filter(
      (one) =>
        one.isEnabled &&
        (one.profiles?.includes(this.#category) ?? true) &&
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

/** `any`, or kinds of networks with commas between them; undefined is all. */
export function profilesNamed(text: string): readonly NetworkCategory[] | undefined {
  const names = text.toLowerCase().split(/\s*,\s*/);
  if (names.includes("any")) return undefined;
  return names.map((name) => {
    if (name === "public" || name === "private" || name === "domain") return name;
    throw new Refusal(`the firewall's profile ${name}`);
  });
}

function coversPort(range: string, port: number): boolean {
  if (/^any$/i.test(range)) return true;
  const [from = "", to = from] = range.split("-");
  return port >= Number(from) && port <= Number(to);
}
