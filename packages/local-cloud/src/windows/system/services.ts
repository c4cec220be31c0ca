/** A service of Windows. */
export interface Service {
  readonly name: string;
  readonly displayName: string;
  readonly status: "Running" | "Stopped";
  readonly startType: "Automatic" | "Manual" | "Disabled";
}

/** What every new machine has: what scripts about WinRM, updates and shutdowns speak of. */
const initial: readonly (readonly [string, string, Service["status"], Service["startType"]])[] = [
  ["AmazonSSMAgent", "Amazon SSM Agent", "Running", "Automatic"],
  ["BITS", "Background Intelligent Transfer Service", "Stopped", "Manual"],
  ["Dhcp", "DHCP Client", "Running", "Automatic"],
  ["Dnscache", "DNS Client", "Running", "Automatic"],
  ["Ec2Config", "Ec2Config", "Running", "Automatic"],
  ["EventLog", "Windows Event Log", "Running", "Automatic"],
  ["LanmanServer", "Server", "Running", "Automatic"],
  ["LanmanWorkstation", "Workstation", "Running", "Automatic"],
  ["MpsSvc", "Windows Firewall", "Running", "Automatic"],
  ["RpcSs", "Remote Procedure Call (RPC)", "Running", "Automatic"],
  ["Schedule", "Task Scheduler", "Running", "Automatic"],
  ["seclogon", "Secondary Logon", "Stopped", "Manual"],
  ["Spooler", "Print Spooler", "Running", "Automatic"],
  ["TermService", "Remote Desktop Services", "Running", "Manual"],
  ["TrustedInstaller", "Windows Modules Installer", "Stopped", "Manual"],
  ["W32Time", "Windows Time", "Stopped", "Manual"],
  ["Winmgmt", "Windows Management Instrumentation", "Running", "Automatic"],
  // Stopped here: the machine opens it when the configuration says so.
  ["WinRM", "Windows Remote Management (WS-Management)", "Running", "Automatic"],
  ["wuauserv", "Windows Update", "Stopped", "Manual"],
];

/** The services, and who wants to know when one starts or stops. */
export class Services {
  readonly #services = new Map<string, Service>();
  readonly #listeners: ((service: Service) => void)[] = [];

  constructor(stored?: readonly Service[]) {
    const all =
      stored ?? initial.map(([name, displayName, status, startType]) => ({ name, displayName, status, startType }));
    for (const service of all) this.#services.set(service.name.toLowerCase(), service);
  }
  stored(): readonly Service[] {
    return [...this.#services.values()];
  }
  all(): readonly Service[] {
    return this.stored().toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  }
  /** By name or by display name. */
  find(name: string): Service | undefined {
    const wanted = name.toLowerCase();
    return this.#services.get(wanted) ?? this.all().find((service) => service.displayName.toLowerCase() === wanted);
  }
  change(name: string, change: Partial<Pick<Service, "status" | "startType" | "displayName">>): void {
    const known = this.find(name);
    if (!known) throw new Error(`no service ${name}`);
    const changed = { ...known, ...change };
    this.#services.set(known.name.toLowerCase(), changed);
    if (changed.status !== known.status) for (const listener of this.#listeners) listener(changed);
  }
  add(service: Service): void {
    this.#services.set(service.name.toLowerCase(), service);
  }
  remove(name: string): void {
    this.#services.delete(name.toLowerCase());
  }
  onChange(listener: (service: Service) => void): void {
    this.#listeners.push(listener);
  }
  /** What a boot does: services that start by themselves run, others do not. */
  boot(): void {
    for (const service of this.all())
      this.#services.set(service.name.toLowerCase(), {
        ...service,
        status: service.startType === "Automatic" || service.name === "TermService" ? "Running" : "Stopped",
      });
  }
}
