import { splitArguments } from "../system/arguments.ts";
import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { type RegistryValue, registryPath } from "../system/registry.ts";
import type { Program } from "./program.ts";

const types: Readonly<Record<string, RegistryValue["type"]>> = {
  reg_sz: "String",
  reg_expand_sz: "ExpandString",
  reg_dword: "DWord",
  reg_qword: "QWord",
  reg_multi_sz: "MultiString",
  reg_binary: "Binary",
};

/** reg.exe: add, delete, query. */
export const reg: Program = (process, args) => {
  const [verb = "", key = "", ...rest] = splitArguments(args);
  const path = registryPath(key);
  if (path === undefined || !/^hk/i.test(key)) return wrong(process, "ERROR: Invalid key name.");
  const { registry } = process.system;
  const options = read(rest);
  const name = options.get("/v") ?? (options.has("/ve") ? "" : undefined);
  switch (verb.toLowerCase()) {
    case "add": {
      registry.create(path);
      if (name !== undefined) {
        const type = types[(options.get("/t") ?? "REG_SZ").toLowerCase()];
        if (!type) return wrong(process, `ERROR: Invalid syntax. Specify valid type.`);
        if (registry.get(path, name) && !options.has("/f"))
          throw new Refusal("reg add without /f where the value exists (nobody could answer)");
        const data = options.get("/d") ?? "";
        const isNumber = type === "DWord" || type === "QWord";
        registry.set(path, {
          name,
          type,
          data: isNumber ? Number(data) : type === "MultiString" ? data.split("\\0") : data,
        });
      }
      process.line("The operation completed successfully.");
      return 0;
    }
    case "delete":
      if (!options.has("/f")) throw new Refusal("reg delete without /f (nobody could answer)");
      if (name === undefined ? !registry.remove(path) : !registry.unset(path, name))
        return wrong(process, "ERROR: The system was unable to find the specified registry key or value.");
      process.line("The operation completed successfully.");
      return 0;
    case "query": {
      const found =
        name === undefined ? registry.values(path) : [registry.get(path, name)].filter((one) => one !== undefined);
      if (!registry.has(path) || (name !== undefined && found.length === 0))
        return wrong(process, "ERROR: The system was unable to find the specified registry key or value.");
      process.line();
      if (found.length > 0) process.line(registry.nameOf(path));
      for (const value of found)
        process.line(`    ${value.name || "(Default)"}    ${typeName(value)}    ${dataText(value)}`);
      if (found.length > 0) process.line();
      if (name === undefined)
        for (const child of registry.children(path)) process.line(`${registry.nameOf(path)}\\${child}`);
      return 0;
    }
    default:
      throw new Refusal(`reg ${verb}`);
  }
};

function wrong(process: WindowsProcess, message: string): number {
  process.errorLine(message);
  return 1;
}
function typeName(value: RegistryValue): string {
  return (Object.entries(types).find(([, type]) => type === value.type)?.[0] ?? "reg_sz").toUpperCase();
}
function dataText({ data, type }: RegistryValue): string {
  if (typeof data === "number") return `0x${data.toString(16)}`;
  return typeof data === "string" ? data : type === "MultiString" ? data.join("\\0") : data.join("");
}
function read(words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const flag = (words[at] ?? "").toLowerCase();
    if (/^\/(?:v|t|d)$/.test(flag)) found.set(flag, words[++at] ?? "");
    else if (/^\/(?:f|ve)$/.test(flag)) found.set(flag, "");
    else throw new Refusal(`reg … ${words[at]}`);
  }
  return found;
}
