import { splitArguments } from "../system/arguments.ts";
import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { setUpWinrm } from "../system/winrm-set-up.ts";
import { type Listener, listenerChange, listenerDetails, winrmNames } from "../system/winrm-settings.ts";
import type { Program } from "./program.ts";

/** winrm.cmd: `quickconfig`, `get` and `set` of `winrm/config` and of listeners, and `create`, `delete`, `enumerate` of those. */
export const winrm: Program = (process, args) => {
  const words = splitArguments(args);
  const verb = (words[0] ?? "").toLowerCase();
  if (/^(?:quickconfig|qc)$/.test(verb)) return quickConfig(process, words);
  const resource = (words[1] ?? "").toLowerCase();
  const listener = /^winrm\/config\/listener(?:\?(.*))?$/.exec(resource);
  if (listener) return listeners(process, verb, selectors(listener[1] ?? ""), words.slice(2).join(" "));
  const path = /^winrm\/config(?:\/([\w/]+))?$/.exec(resource);
  if (!path || (verb !== "get" && verb !== "g" && verb !== "set" && verb !== "s"))
    throw new Refusal(`winrm ${args.trim()}`);
  const prefix = (path[1] ?? "").replaceAll("/", ".");
  const { winrm: settings } = process.system;
  if (verb === "set" || verb === "s") {
    for (const [name, value] of hashOf(words.slice(2).join(" "))) {
      if (!settings.set(prefix === "" ? name : `${prefix}.${name}`, value)) {
        fault(process, 2150858757, `The parameter "${name}" is not a valid setting of ${words[1]}.`);
        return 1;
      }
    }
  }
  show(process, prefix);
  return 0;
};

function fault(process: WindowsProcess, code: number, message: string): void {
  process.errorLine("WSManFault");
  process.errorLine(`    Message = ${message}`);
  process.errorLine();
  process.errorLine(`Error number:  -${2 ** 32 - code} 0x${code.toString(16).toUpperCase()}`);
  process.errorLine(message);
}

function show(process: WindowsProcess, prefix: string): void {
  const section =
    prefix === ""
      ? "Config"
      : (winrmNames.find(([name]) => name.toLowerCase().startsWith(`${prefix}.`))?.[0].split(".")[
          prefix.split(".").length - 1
        ] ?? prefix);
  process.line(section);
  let above: readonly string[] = [];
  for (const [name] of winrmNames) {
    if (prefix !== "" && !name.toLowerCase().startsWith(`${prefix}.`)) continue;
    const parts = (prefix === "" ? name : name.slice(prefix.length + 1)).split(".");
    const folders = parts.slice(0, -1);
    for (const [depth, folder] of folders.entries())
      if (above[depth] !== folder) process.line(`${"    ".repeat(depth + 1)}${folder}`);
    above = folders;
    const value = process.system.winrm.get(name);
    process.line(`${"    ".repeat(parts.length)}${parts.at(-1)}${value === "" ? "" : ` = ${value}`}`);
  }
}

/** `@{A="1";B="2"}` */
function hashOf(text: string): readonly (readonly [string, string])[] {
  const body = /^@\{([\s\S]*)\}$/.exec(text.trim())?.[1];
  if (body === undefined) throw new Refusal(`winrm … ${text}`);
  return body
    .split(";")
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const match = /^\s*(\w+)\s*=\s*"?([^"]*)"?\s*$/.exec(part);
      if (!match) throw new Refusal(`winrm … ${text}`);
      return [match[1] ?? "", match[2] ?? ""] as const;
    });
}

function selectors(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("+").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name.toLowerCase(), value.toUpperCase()] as const;
    }),
  );
}

function listeners(process: WindowsProcess, verb: string, wanted: ReadonlyMap<string, string>, rest: string): number {
  const { winrm: settings } = process.system;
  const transport = wanted.get("transport") === "HTTPS" ? "HTTPS" : "HTTP";
  const known = settings.listeners.find((one) => one.transport === transport);
  switch (verb) {
    case "create":
    case "c": {
      if (known) {
        fault(process, 2150858811, "The WS-Management service cannot create the resource because it already exists.");
        return 1;
      }
      const port = transport === "HTTP" ? 5985 : 5986;
      const made = { transport, address: "*", port, hostName: "", thumbprint: "" } as const;
      settings.setListeners([...settings.listeners, { ...made, ...changesOf(rest) }]);
      process.line("ResourceCreated");
      process.line("    Address = http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous");
      process.line("    ReferenceParameters");
      process.line("        ResourceURI = http://schemas.microsoft.com/wbem/wsman/1/config/listener");
      process.line("        SelectorSet");
      process.line(`            Selector: Address = *, Transport = ${transport}`);
      process.line();
      return 0;
    }
    case "set":
    case "s": {
      if (!known) return missing(process);
      const changed = { ...known, ...changesOf(rest) };
      settings.setListeners(settings.listeners.map((one) => (one === known ? changed : one)));
      showListener(process, changed);
      return 0;
    }
    case "get":
    case "g":
      if (!known) return missing(process);
      showListener(process, known);
      return 0;
    case "delete":
    case "d":
      if (!known) return missing(process);
      settings.setListeners(settings.listeners.filter((one) => one !== known));
      return 0;
    case "enumerate":
    case "e":
      for (const one of settings.listeners) showListener(process, one);
      return 0;
    default:
      throw new Refusal(`winrm ${verb} winrm/config/listener`);
  }
}

/** What `@{Port="…";Hostname="…"}` says of a listener. */
function changesOf(rest: string): Partial<Listener> {
  const pairs = rest.trim() === "" ? [] : hashOf(rest);
  return Object.assign({}, ...pairs.map(([name, value]) => listenerChange(name, value)));
}

function missing(process: WindowsProcess): number {
  fault(process, 2150858752, "The service cannot find the resource identified by the resource URI and selectors.");
  return 1;
}

function showListener(process: WindowsProcess, one: Listener): void {
  process.line("Listener");
  for (const [name, value] of listenerDetails(one)) process.line(`    ${name}${value === "" ? "" : ` = ${value}`}`);
  process.line();
}

function quickConfig(process: WindowsProcess, words: readonly string[]): number {
  const flags = words.slice(1).map((word) => word.toLowerCase());
  for (const flag of flags)
    if (!/^[-/](?:q|quiet|force|transport:http)$/.test(flag)) throw new Refusal(`winrm quickconfig ${flag}`);
  if (!flags.some((flag) => /^[-/]q/.test(flag)))
    throw new Refusal("winrm quickconfig without -q (nobody could answer)");
  setUpWinrm(process.system);
  process.line("WinRM is already set up to receive requests on this computer.");
  process.line("WinRM is already set up for remote management on this computer.");
  return 0;
}
