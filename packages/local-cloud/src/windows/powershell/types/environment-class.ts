import type { WindowsProcess } from "../../system/process.ts";
import { environmentKey, userEnvironmentKey } from "../../system/windows-system.ts";
import { PsObject } from "../values/collections.ts";
import { text, versionFrom } from "../values/convert.ts";
import type { Value } from "../values/value.ts";

/** `[Environment]::Name` */
export function environmentMember(wanted: string, process: WindowsProcess): Value | undefined {
  switch (wanted) {
    case "newline":
      return "\r\n";
    case "machinename":
      return process.system.computerName;
    case "username":
      return process.environment.get("USERNAME") ?? process.user;
    case "userdomainname":
      return process.system.computerName;
    case "currentdirectory":
      return process.directory;
    case "systemdirectory":
      return "C:\\Windows\\system32";
    case "is64bitoperatingsystem":
    case "is64bitprocess":
      return true;
    case "processorcount":
      return 1;
    case "tickcount":
      return Math.floor(process.system.now() - process.system.bootedMs);
    case "osversion":
      return new PsObject(
        [
          ["Platform", "Win32NT"],
          ["Version", versionFrom(`${process.system.version.number}.0`) ?? null],
          ["VersionString", `Microsoft Windows NT ${process.system.version.number}.0`],
        ],
        "System.OperatingSystem",
      );
    default:
      return undefined;
  }
}

/** `[Environment]::Name(…)` */
export function environmentMethod(wanted: string, args: readonly Value[], process: WindowsProcess): Value | undefined {
  const [first = null, second = null, third = null] = args;
  const { registry } = process.system;
  const target = text(wanted === "setenvironmentvariable" ? third : second).toLowerCase();
  const key = target === "machine" ? environmentKey : target === "user" ? userEnvironmentKey : undefined;
  switch (wanted) {
    case "getenvironmentvariable": {
      if (key === undefined) return process.environment.get(text(first)) ?? null;
      const found = registry.get(key, text(first));
      return found ? process.environment.expand(String(found.data)) : null;
    }
    case "setenvironmentvariable": {
      const value = text(second);
      if (key === undefined) process.environment.set(text(first), value);
      else if (value === "") registry.unset(key, text(first));
      else registry.set(key, { name: text(first), type: value.includes("%") ? "ExpandString" : "String", data: value });
      return null;
    }
    case "expandenvironmentvariables":
      return process.environment.expand(text(first));
    case "getfolderpath": {
      const name = text(first).toLowerCase();
      const profile = process.environment.get("USERPROFILE") ?? "";
      const known: Readonly<Record<string, string>> = {
        desktop: `${profile}\\Desktop`,
        mydocuments: `${profile}\\Documents`,
        personal: `${profile}\\Documents`,
        userprofile: profile,
        applicationdata: `${profile}\\AppData\\Roaming`,
        localapplicationdata: `${profile}\\AppData\\Local`,
        commonapplicationdata: "C:\\ProgramData",
        programfiles: "C:\\Program Files",
        system: "C:\\Windows\\system32",
        windows: "C:\\Windows",
      };
      return known[name];
    }
    default:
      return undefined;
  }
}
