import { randomInt } from "node:crypto";
import { Accounts, type StoredAccounts } from "./accounts.ts";
import { type Certificate, Certificates } from "./certificates.ts";
import { Drive } from "./drive.ts";
import { Firewall, type StoredFirewall } from "./firewall.ts";
import { Power, type Shutdown } from "./power.ts";
import type { Launcher, WindowsProcess } from "./process.ts";
import { Registry, type StoredRegistry } from "./registry.ts";
import { ScheduledTasks, type TaskDefinition } from "./scheduled-tasks.ts";
import { type Service, Services } from "./services.ts";
import { Variables } from "./variables.ts";
import { type WindowsVersion, windowsVersion } from "./windows-version.ts";
import { type StoredWinrm, WinrmSettings } from "./winrm-settings.ts";

/** Everything of a machine that is not a file, as it is written down when it stops. */
export interface StoredSystem {
  readonly version: string;
  readonly computerName: string;
  readonly pendingName?: string;
  readonly registry: StoredRegistry;
  readonly services: readonly Service[];
  readonly accounts: StoredAccounts;
  readonly firewall: StoredFirewall;
  readonly winrm: StoredWinrm;
  readonly tasks: readonly TaskDefinition[];
  readonly certificates: readonly Certificate[];
  /** Whether the next boot sets a password and runs the user data, as for a new or generalised image. */
  readonly isFirstBoot: boolean;
}

/** What a machine needs from around it. */
export interface SystemSurroundings {
  /** The directory that is drive C:. */
  readonly folder: string;
  readonly ntHash: (password: string) => Uint8Array;
  readonly launcher: Launcher;
  /** Called when the machine goes down from inside. */
  readonly onPower: (kind: Shutdown["kind"]) => void;
  /** Runs a scheduled task to its end; the exit code. */
  readonly runTask: (system: WindowsSystem, definition: TaskDefinition, signal: AbortSignal) => Promise<number>;
  readonly now: () => number;
  /** Says something on the machine's console. */
  readonly say: (line: string) => void;
}

export const environmentKey = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment";
export const userEnvironmentKey = "HKEY_CURRENT_USER\\Environment";

/** A Windows that is none: drive, registry, services, users and what else programs see of the system. */
export class WindowsSystem {
  readonly drive: Drive;
  readonly registry: Registry;
  readonly services: Services;
  readonly accounts: Accounts;
  readonly firewall: Firewall;
  readonly winrm: WinrmSettings;
  readonly certificates: Certificates;
  readonly tasks: ScheduledTasks;
  readonly power: Power;
  readonly launcher: Launcher;
  readonly version: WindowsVersion;
  readonly now: () => number;
  readonly say: (line: string) => void;
  computerName: string;
  /** The name that the next boot gives it. */
  pendingName: string | undefined;
  isFirstBoot: boolean;
  bootedMs: number;
  readonly running = new Set<WindowsProcess>();
  #processes = 1000;

  constructor(stored: StoredSystem, surroundings: SystemSurroundings) {
    this.drive = new Drive(surroundings.folder);
    this.registry = new Registry(stored.registry);
    this.services = new Services(stored.services);
    this.accounts = new Accounts(surroundings.ntHash, stored.accounts);
    this.firewall = new Firewall(stored.firewall);
    this.winrm = new WinrmSettings(stored.winrm);
    this.certificates = new Certificates(stored.certificates);
    this.tasks = new ScheduledTasks(
      (definition, signal) => surroundings.runTask(this, definition, signal),
      stored.tasks,
    );
    this.power = new Power(surroundings.onPower);
    this.launcher = surroundings.launcher;
    this.version = windowsVersion(stored.version);
    this.now = surroundings.now;
    this.say = surroundings.say;
    this.computerName = stored.computerName;
    this.pendingName = stored.pendingName;
    this.isFirstBoot = stored.isFirstBoot;
    this.bootedMs = surroundings.now();
  }

  stored(): StoredSystem {
    return {
      version: this.version.key,
      computerName: this.computerName,
      ...(this.pendingName !== undefined && { pendingName: this.pendingName }),
      registry: this.registry.stored(),
      services: this.services.stored(),
      accounts: this.accounts.stored(),
      firewall: this.firewall.stored(),
      winrm: this.winrm.stored(),
      tasks: this.tasks.stored(),
      certificates: this.certificates.stored(),
      isFirstBoot: this.isFirstBoot,
    };
  }

  nextProcessId(): number {
    this.#processes += 4;
    return this.#processes;
  }

  /** The variables that a new session of a user starts with. */
  environmentOf(user: string): Variables {
    const profile = this.profileOf(user);
    const variables = new Variables([
      ["ALLUSERSPROFILE", "C:\\ProgramData"],
      ["APPDATA", `${profile}\\AppData\\Roaming`],
      ["CommonProgramFiles", "C:\\Program Files\\Common Files"],
      ["COMPUTERNAME", this.computerName],
      ["HOMEDRIVE", "C:"],
      ["HOMEPATH", profile.slice(2)],
      ["LOCALAPPDATA", `${profile}\\AppData\\Local`],
      ["ProgramData", "C:\\ProgramData"],
      ["ProgramFiles", "C:\\Program Files"],
      ["ProgramFiles(x86)", "C:\\Program Files (x86)"],
      ["ProgramW6432", "C:\\Program Files"],
      ["PUBLIC", "C:\\Users\\Public"],
      ["SystemDrive", "C:"],
      ["SystemRoot", "C:\\Windows"],
      ["TEMP", `${profile}\\AppData\\Local\\Temp`],
      ["TMP", `${profile}\\AppData\\Local\\Temp`],
      ["USERDOMAIN", this.accounts.isSystemAccount(user) ? "WORKGROUP" : this.computerName],
      ["USERNAME", this.accounts.isSystemAccount(user) ? `${this.computerName}$` : user],
      ["USERPROFILE", profile],
      ["windir", "C:\\Windows"],
    ]);
    for (const key of [environmentKey, userEnvironmentKey]) {
      for (const { name, data } of this.registry.values(key)) {
        if (/^te?mp$/i.test(name)) continue;
        const text = variables.expand(String(data));
        const before = variables.get(name);
        // The user's own path comes after the machine's.
        variables.set(name, /^path$/i.test(name) && before && key === userEnvironmentKey ? `${before};${text}` : text);
      }
    }
    return variables;
  }

  profileOf(user: string): string {
    return this.accounts.isSystemAccount(user) ? "C:\\Windows\\system32\\config\\systemprofile" : `C:\\Users\\${user}`;
  }

  /** Makes the folders that a user's first session makes. */
  prepareProfile(user: string): void {
    for (const name of ["Desktop", "Documents", "Downloads", "AppData\\Roaming", "AppData\\Local\\Temp"])
      this.drive.makeFolder(`${this.profileOf(user)}\\${name}`);
  }

  newComputerName(): string {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const count = 15 - this.version.namePrefix.length;
    return this.version.namePrefix + Array.from({ length: count }, () => letters[randomInt(letters.length)]).join("");
  }
}
