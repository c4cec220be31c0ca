import { Accounts } from "./accounts.ts";
import { Drive } from "./drive.ts";
import { Firewall } from "./firewall.ts";
import { Registry } from "./registry.ts";
import { Services } from "./services.ts";
import { environmentKey, type StoredSystem } from "./windows-system.ts";
import { windowsVersion } from "./windows-version.ts";
import { WinrmSettings } from "./winrm-settings.ts";

const folders = [
  "Program Files\\Amazon",
  "Program Files\\Common Files",
  "Program Files (x86)\\Common Files",
  "ProgramData\\Amazon",
  "Users\\Administrator\\AppData\\Local\\Temp",
  "Users\\Administrator\\AppData\\Roaming",
  "Users\\Administrator\\Desktop",
  "Users\\Administrator\\Documents",
  "Users\\Administrator\\Downloads",
  "Users\\Default",
  "Users\\Public\\Documents",
  "Windows\\Logs",
  "Windows\\Panther",
  "Windows\\System32\\config\\systemprofile\\AppData\\Local\\Temp",
  "Windows\\System32\\drivers\\etc",
  "Windows\\System32\\WindowsPowerShell\\v1.0\\Modules",
  "Windows\\System32\\wbem",
  "Windows\\Temp",
];
const keys = [
  "HKEY_CURRENT_USER\\Environment",
  "HKEY_CURRENT_USER\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnce",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\PowerShell\\1\\ShellIds\\Microsoft.PowerShell",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows\\WinRM\\Client",
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows\\WinRM\\Service",
  "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment",
  "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp",
  "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services",
];
const environment: readonly (readonly [string, string])[] = [
  ["ComSpec", "%SystemRoot%\\system32\\cmd.exe"],
  ["NUMBER_OF_PROCESSORS", "1"],
  ["OS", "Windows_NT"],
  [
    "Path",
    "%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\System32\\Wbem;%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\",
  ],
  ["PATHEXT", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC"],
  ["PROCESSOR_ARCHITECTURE", "AMD64"],
  ["PROCESSOR_IDENTIFIER", "Intel64 Family 6 Model 63 Stepping 2, GenuineIntel"],
  ["PROCESSOR_LEVEL", "6"],
  ["PSModulePath", "%SystemRoot%\\system32\\WindowsPowerShell\\v1.0\\Modules\\"],
];

/** Fills an empty directory with what a new machine's drive C: holds. `programs` are the names of the programs there are. */
export function layOutDrive(folder: string, programs: readonly (readonly [name: string, path: string])[]): void {
  const drive = new Drive(folder);
  for (const path of folders) drive.makeFolder(`C:\\${path}`);
  // Programs are found as files; running one is asking the stand-in.
  for (const [, path] of programs) drive.write(path, Buffer.from("MZ"));
  drive.write(
    "C:\\Windows\\System32\\drivers\\etc\\hosts",
    Buffer.from("# localhost name resolution is handled within DNS itself.\r\n"),
  );
}

/** Everything else of a new machine. */
export function newSystem(version: string): StoredSystem {
  const registry = new Registry();
  for (const key of keys) registry.create(key);
  const system = windowsVersion(version);
  for (const [name, data] of environment)
    registry.set(environmentKey, { name, type: data.includes("%") ? "ExpandString" : "String", data });
  const current = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
  registry.set(current, { name: "ProductName", type: "String", data: system.caption.replace(/^Microsoft\S* /, "") });
  registry.set(current, { name: "CurrentBuild", type: "String", data: system.number.split(".")[2] ?? "" });
  registry.set(current, { name: "CurrentBuildNumber", type: "String", data: system.number.split(".")[2] ?? "" });
  registry.set("HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System", {
    name: "EnableLUA",
    type: "DWord",
    data: 1,
  });
  registry.set("HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\PowerShell\\1\\ShellIds\\Microsoft.PowerShell", {
    name: "ExecutionPolicy",
    type: "String",
    data: "RemoteSigned",
  });
  return {
    version,
    computerName: "",
    registry: registry.stored(),
    services: new Services().stored(),
    accounts: new Accounts(() => new Uint8Array()).stored(),
    firewall: new Firewall().stored(),
    winrm: new WinrmSettings().stored(),
    tasks: [],
    certificates: [],
    isFirstBoot: true,
  };
}
