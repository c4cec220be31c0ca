import { Refusal } from "../../system/refusal.ts";
import type { WindowsVersion } from "../../system/windows-version.ts";
import { PsObject } from "../values/collections.ts";
import { text } from "../values/convert.ts";
import { DateTime } from "../values/date-time.ts";
import type { Value } from "../values/value.ts";
import { type Call, type Cmdlet, takes } from "./cmdlet.ts";

/** What a machine has that nothing else tells: one processor and 4 GB. */
const memoryKb = 4_193_844;
const freeMemoryKb = 2_936_012;

/** What a class has one of. */
class Instance extends PsObject {
  override text(): string {
    throw new Refusal(`${this.typeName} as text`);
  }
}

/** An object as Get-WmiObject gives it, whose times are texts. */
class WmiObject extends Instance {
  override call(name: string, args: readonly Value[]): Value | undefined {
    if (name !== "converttodatetime") return undefined;
    const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{3})\d{3}\+000$/.exec(text(args[0] ?? null));
    if (!match) throw new Refusal(`ConvertToDateTime("${text(args[0] ?? null)}")`);
    const [year = 0, month = 0, ...rest] = match.slice(1).map(Number);
    return new DateTime(Date.UTC(year, month - 1, ...rest), "Local");
  }
}

const wmiTime = (time: DateTime): string => `${time.format("yyyyMMddHHmmss")}.${time.format("fff")}000+000`;

/** What Win32_OperatingSystem calls an edition: 7 a Standard server, 8 a Datacenter one. */
const editionNumber = (version: WindowsVersion): number => (version.caption.endsWith("Standard") ? 7 : 8);

/** The instances of a class, with what scripts usually read there; anything else they ask of them is refused. */
function instances(call: Call, name: string): (readonly [string, Value])[][] {
  const { system } = call.process;
  const { version } = system;
  switch (name.toLowerCase()) {
    case "win32_operatingsystem":
      return [
        [
          ["SystemDirectory", "C:\\Windows\\system32"],
          ["BuildNumber", version.number.split(".")[2] ?? ""],
          ["Version", version.number],
          ["Caption", version.caption],
          ["OSArchitecture", "64-bit"],
          ["CSName", system.computerName],
          ["ProductType", 3],
          ["OperatingSystemSKU", editionNumber(version)],
          ["OSLanguage", 1033],
          ["Locale", "0409"],
          ["CodeSet", "1252"],
          ["CountryCode", "1"],
          ["CurrentTimeZone", 0],
          ["ServicePackMajorVersion", 0],
          ["ServicePackMinorVersion", 0],
          ["SystemDrive", "C:"],
          ["WindowsDirectory", "C:\\Windows"],
          ["Status", "OK"],
          ["TotalVisibleMemorySize", BigInt(memoryKb)],
          ["FreePhysicalMemory", BigInt(freeMemoryKb)],
          ["LastBootUpTime", new DateTime(system.bootedMs, "Local")],
          ["LocalDateTime", new DateTime(system.now(), "Local")],
        ],
      ];
    case "win32_computersystem":
      return [
        [
          ["Name", system.computerName],
          ["DNSHostName", system.computerName],
          ["Domain", "WORKGROUP"],
          ["Workgroup", "WORKGROUP"],
          // A server of its own.
          ["DomainRole", 2],
          ["Manufacturer", "Kiln"],
          ["Model", "Windows stand-in"],
          ["PartOfDomain", false],
          ["SystemType", "x64-based PC"],
          ["NumberOfProcessors", 1],
          ["NumberOfLogicalProcessors", 1],
          ["TotalPhysicalMemory", BigInt(memoryKb) * 1024n],
          ["UserName", null],
        ],
      ];
    case "win32_service":
      return system.services.all().map((service) => [
        ["Name", service.name],
        ["DisplayName", service.displayName],
        ["State", service.status],
        ["Started", service.status === "Running"],
        ["Status", "OK"],
        ["StartMode", service.startType === "Automatic" ? "Auto" : service.startType],
      ]);
    case "win32_useraccount":
      return system.accounts.users().map((user) => [
        ["Name", user.name],
        ["Disabled", !user.isEnabled],
        ["PasswordExpires", user.passwordExpires],
        ["SID", system.accounts.sid(user.name, system.computerName)],
      ]);
    default:
      throw new Refusal(`the WMI class ${name}`);
  }
}

function query(
  make: (entries: readonly (readonly [string, Value])[], name: string) => Instance,
): NonNullable<Cmdlet["process"]> {
  return async (call) => {
    const name = call.text("Class") ?? call.text("ClassName") ?? call.required("Class");
    const filter = call.text("Filter");
    const match = filter === undefined ? undefined : /^\s*(\w+)\s*(=|<>|like)\s*['"](.*)['"]\s*$/i.exec(filter);
    if (filter !== undefined && !match) throw new Refusal(`the WMI filter "${filter}"`);
    for (const entries of instances(call, name)) {
      const one = make(entries, name);
      const [, property = "", operator = "", wanted = ""] = match ?? [];
      const value = one.get(property);
      if (match && value === undefined) throw new Refusal(`the WMI filter "${filter}"`);
      const held = text(value ?? null).toLowerCase();
      const fits =
        operator.toLowerCase() === "like"
          ? held.includes(wanted.replaceAll("%", "").toLowerCase())
          : (held === wanted.toLowerCase()) === (operator === "=");
      if (!match || fits) await call.emit(one);
    }
  };
}

/** Cmdlets that ask Windows about itself. */
export const wmiCmdlets: readonly Cmdlet[] = [
  {
    name: "Get-WmiObject",
    parameters: [takes("Class", 0), takes("Property", 1), takes("Filter"), takes("Namespace"), takes("ComputerName")],
    process: query(
      (entries, name) =>
        new WmiObject(
          entries.map(([key, value]) => [key, value instanceof DateTime ? wmiTime(value) : value]),
          `System.Management.ManagementObject#root\\cimv2\\${name}`,
        ),
    ),
  },
  {
    name: "Get-CimInstance",
    parameters: [takes("ClassName", 0), takes("Property"), takes("Filter"), takes("Namespace")],
    process: query(
      (entries, name) => new Instance(entries, `Microsoft.Management.Infrastructure.CimInstance#root/cimv2/${name}`),
    ),
  },
];
