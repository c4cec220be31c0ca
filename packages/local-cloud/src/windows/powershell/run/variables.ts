import { Refusal } from "../../system/refusal.ts";
import { Hashtable, PsObject } from "../values/collections.ts";
import { convert, text, versionFrom } from "../values/convert.ts";
import { failure } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import type { Engine, Frame } from "./engine.ts";

const constants = new Set([
  "true",
  "false",
  "null",
  "?",
  "^",
  "$",
  "pshome",
  "pid",
  "host",
  "home",
  "executioncontext",
  "error",
  "psversiontable",
]);

/** What every session starts with. */
export function setInitialVariables(engine: Engine): void {
  const { global, process } = engine;
  const entries: readonly (readonly [string, Value])[] = [
    ["ErrorActionPreference", "Continue"],
    ["WarningPreference", "Continue"],
    ["VerbosePreference", "SilentlyContinue"],
    ["DebugPreference", "SilentlyContinue"],
    ["InformationPreference", "SilentlyContinue"],
    ["ProgressPreference", "Continue"],
    ["ConfirmPreference", "High"],
    ["WhatIfPreference", false],
    ["OutputEncoding", new PsObject([["EncodingName", "US-ASCII"]], "System.Text.ASCIIEncoding")],
    ["MaximumHistoryCount", 4096],
    [
      "PROFILE",
      `${process.environment.get("USERPROFILE") ?? ""}\\Documents\\WindowsPowerShell\\Microsoft.PowerShell_profile.ps1`,
    ],
    ["args", []],
    ["input", []],
    ["NestedPromptLevel", 0],
    ["ShellId", "Microsoft.PowerShell"],
    ["PSCulture", "en-US"],
    ["PSUICulture", "en-US"],
  ];
  for (const [name, value] of entries) global.set(name, value);
}

/** A variable's value; null for one that nobody set. */
export function readVariable(engine: Engine, name: string, frame: Frame): Value {
  const { scope, bare } = scoped(name, frame);
  if (scope === "env") return engine.process.environment.get(bare) ?? null;
  if (scope === "function") return frame.scope.findFunction(bare)?.name ?? null;
  if (scope !== undefined && typeof scope !== "string") {
    const found = scope.variables.get(bare.toLowerCase());
    return found ? found.value : constant(engine, bare);
  }
  const found = frame.scope.find(bare);
  return found ? found.value : constant(engine, bare);
}

/** Whether there is a variable of that name, for `Test-Path variable:x`. */
export function hasVariable(name: string, frame: Frame): boolean {
  const { scope, bare } = scoped(name, frame);
  if (constants.has(bare.toLowerCase())) return true;
  return typeof scope === "object" ? scope.variables.has(bare.toLowerCase()) : frame.scope.find(bare) !== undefined;
}

function constant(engine: Engine, name: string): Value {
  const { process } = engine;
  switch (name.toLowerCase()) {
    case "true":
      return true;
    case "false":
      return false;
    case "?":
      return engine.succeeded;
    case "lastexitcode":
      return engine.lastExitCode ?? null;
    case "error":
      return engine.errors;
    case "pwd":
      return new PsObject(
        [
          ["Path", process.directory],
          ["ProviderPath", process.directory],
        ],
        "System.Management.Automation.PathInfo",
      );
    case "pid":
      return process.id;
    case "home":
      return process.environment.get("USERPROFILE") ?? "";
    case "pshome":
      return "C:\\Windows\\System32\\WindowsPowerShell\\v1.0";
    case "host":
      return new PsObject(
        [
          ["Name", "ConsoleHost"],
          ["Version", versionFrom(process.system.version.powershell) ?? null],
        ],
        "System.Management.Automation.Internal.Host.InternalHost",
      );
    case "psversiontable": {
      const table = new Hashtable();
      const version = process.system.version;
      table.put("PSVersion", versionFrom(version.powershell) ?? null);
      table.put("PSEdition", "Desktop");
      table.put(
        "PSCompatibleVersions",
        ["1.0", "2.0", "3.0", "4.0", "5.0", version.powershell].map((one) => versionFrom(one) ?? null),
      );
      table.put("BuildVersion", versionFrom(`${version.number}.0`) ?? null);
      table.put("CLRVersion", versionFrom("4.0.30319.42000") ?? null);
      table.put("WSManStackVersion", versionFrom("3.0") ?? null);
      table.put("PSRemotingProtocolVersion", versionFrom("2.3") ?? null);
      table.put("SerializationVersion", versionFrom("1.1.0.1") ?? null);
      return table;
    }
    case "executioncontext":
    case "^":
    case "$":
      throw new Refusal(`the variable $${name}`);
    default:
      return null;
  }
}

export function writeVariable(engine: Engine, name: string, value: Value, frame: Frame): void {
  const { scope, bare } = scoped(name, frame);
  if (scope === "env") {
    engine.process.environment.set(bare, text(value));
    return;
  }
  if (scope === "function") throw new Refusal("assigning to function:");
  const id = bare.toLowerCase();
  if (id === "null") return;
  if (id === "lastexitcode") {
    engine.lastExitCode = value === null ? undefined : Number(text(value));
    return;
  }
  if (constants.has(id)) {
    const kind = /^(?:true|false|\?|pid|home|pshome|host|psversiontable)$/.test(id);
    if (kind)
      throw failure("VariableNotWritable", `Cannot overwrite variable ${bare} because it is read-only or constant.`, {
        category: `WriteError: (${bare}:String)`,
        type: "System.Management.Automation.SessionStateUnauthorizedAccessException",
      });
    if (id === "error") return;
  }
  const target = typeof scope === "object" ? scope : frame.scope;
  const held = target.variables.get(id);
  target.set(bare, held?.type === undefined ? value : convert(value, held.type));
}

type Where = "env" | "function" | Frame["scope"] | undefined;
function scoped(name: string, frame: Frame): { readonly scope: Where; readonly bare: string } {
  const colon = name.indexOf(":");
  if (colon < 0) return { scope: undefined, bare: name };
  const [prefix, bare] = [name.slice(0, colon).toLowerCase(), name.slice(colon + 1)];
  switch (prefix) {
    case "env":
      return { scope: "env", bare };
    case "function":
      return { scope: "function", bare };
    case "global":
      return { scope: frame.scope.global, bare };
    case "script":
      return { scope: frame.scope.script, bare };
    case "local":
    case "private":
      return { scope: frame.scope, bare };
    case "variable":
      return { scope: undefined, bare };
    default:
      throw new Refusal(`the variable \${${name}}`);
  }
}
