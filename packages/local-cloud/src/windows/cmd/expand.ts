import type { WindowsProcess } from "../system/process.ts";
import { absolutePath, extensionOf, leafOf, parentOf } from "../system/windows-path.ts";

/** What `%…` can mean in a batch file besides variables. */
export interface BatchArguments {
  /** `%0`: the file as it was called. */
  readonly self: string;
  readonly values: readonly string[];
  /** `%*` */
  readonly all: string;
}

/** A variable's text, also those that cmd makes up. */
export function variableText(process: WindowsProcess, name: string, level: number): string | undefined {
  const known = process.environment.get(name);
  if (known !== undefined) return known;
  const now = new Date(process.system.now());
  const two = (value: number): string => String(value).padStart(2, "0");
  switch (name.toLowerCase()) {
    case "errorlevel":
      return String(level);
    case "cd":
      return process.directory;
    case "date":
      return `${["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][now.getUTCDay()]} ${two(now.getUTCMonth() + 1)}/${two(now.getUTCDate())}/${now.getUTCFullYear()}`;
    case "time":
      return `${String(now.getUTCHours()).padStart(2)}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())}.${two(Math.floor(now.getUTCMilliseconds() / 10))}`;
    case "random":
      return String(Math.floor(Math.random() * 32768));
    case "cmdcmdline":
      return "cmd";
    default:
      return undefined;
  }
}

/** `%VAR%`, `%VAR:a=b%`, `%VAR:~1,2%`; in a batch file also `%1`, `%~dp0`, `%*` and `%%`. */
export function expandPercent(
  text: string,
  process: WindowsProcess,
  level: number,
  batch: BatchArguments | undefined,
): string {
  let result = "";
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "%") {
      result += text[at];
      continue;
    }
    const rest = text.slice(at);
    if (batch) {
      if (rest.startsWith("%%")) {
        result += "%";
        at++;
        continue;
      }
      const argument = /^%(?:~([fdpnxsa]*))?([0-9*])/i.exec(rest);
      if (argument) {
        const [whole, how, which = ""] = argument;
        const value = which === "*" ? batch.all : which === "0" ? batch.self : (batch.values[Number(which) - 1] ?? "");
        result += how === undefined ? value : pathPart(value, how, process);
        at += whole.length - 1;
        continue;
      }
    }
    const variable = /^%([^%:\r\n]+)(?::([^%]+))?%/.exec(rest);
    const value = variable ? variableText(process, variable[1] ?? "", level) : undefined;
    if (variable && value !== undefined) {
      result += changed(value, variable[2]);
      at += variable[0].length - 1;
    } else if (variable && batch) at += variable[0].length - 1;
    else if (!batch) result += "%";
  }
  return result;
}

/** `!VAR!`, where delayed expansion is on. */
export function expandDelayed(text: string, process: WindowsProcess, level: number): string {
  return text.replace(/!([^!:\r\n]+)(?::([^!]+))?!/g, (_whole, name: string, how?: string) =>
    changed(variableText(process, name, level) ?? "", how),
  );
}

function changed(value: string, how: string | undefined): string {
  if (how === undefined) return value;
  const part = /^~(-?\d+)(?:,(-?\d+))?$/.exec(how);
  if (part) {
    const from = Number(part[1]);
    const start = from < 0 ? Math.max(0, value.length + from) : from;
    const length = part[2] === undefined ? value.length : Number(part[2]);
    return value.slice(start, length < 0 ? value.length + length : start + length);
  }
  const equals = how.indexOf("=");
  if (equals < 0) return value;
  const [from, to] = [how.slice(0, equals), how.slice(equals + 1)];
  if (from.startsWith("*")) {
    const at = value.toLowerCase().indexOf(from.slice(1).toLowerCase());
    return at < 0 ? value : to + value.slice(at + from.length - 1);
  }
  const pattern = new RegExp(from.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "gi");
  return value.replace(pattern, () => to);
}

/** `%~dpnx1`: parts of an argument taken as a path. Without letters: the argument without its quotes. */
export function pathPart(value: string, how: string, process: WindowsProcess): string {
  const bare = value.replace(/^"(.*)"$/s, "$1");
  if (how === "") return bare;
  const whole = absolutePath(bare, process.directory);
  const known = process.system.drive.facts(whole)?.path ?? whole;
  const letters = how.toLowerCase();
  if (letters.includes("f")) return known;
  const leaf = leafOf(known);
  const parent = parentOf(known).slice(2).replace(/\\?$/, "\\");
  const extension = extensionOf(leaf);
  const name = extension === "" ? leaf : leaf.slice(0, -extension.length);
  return `${letters.includes("d") ? "C:" : ""}${letters.includes("p") ? parent : ""}${letters.includes("n") ? name : ""}${letters.includes("x") ? extension : ""}`;
}
