import { Refusal } from "../../system/refusal.ts";
import { hasVariable } from "../run/variables.ts";
import { parseScript } from "../syntax/parse-script.ts";
import { ScriptSyntaxError } from "../syntax/script-error.ts";
import { newObject } from "../types/new-object.ts";
import { PsObject } from "../values/collections.ts";
import { convert, count, itemsOf, text } from "../values/convert.ts";
import { DateTime, TimeSpan } from "../values/date-time.ts";
import { Double } from "../values/double.ts";
import { fromJson, toJson } from "../values/json.ts";
import { ScriptBlock } from "../values/script-block.ts";
import type { Value } from "../values/value.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { mayExist } from "./known-elsewhere.ts";

function scopeOf(call: Call): Call["frame"]["scope"] {
  const { scope } = call.frame;
  const wanted = (call.text("Scope") ?? "local").toLowerCase();
  if (wanted === "global") return scope.global;
  if (wanted === "script") return scope.script;
  if (wanted === "local" || wanted === "0") return scope;
  if (wanted === "1") return scope.parent ?? scope;
  throw new Refusal(`-Scope ${wanted}`);
}

async function getCommand(call: Call): Promise<void> {
  for (const name of call.texts("Name")) {
    const known = call.engine.find(name, call.frame);
    if (known) {
      const { kind, shown, source } = known;
      await call.emit(
        new PsObject(
          [
            ["CommandType", kind],
            ["Name", shown],
            ["Version", ""],
            ["Source", source],
            ["Path", source],
            ["Definition", source],
          ],
          "System.Management.Automation.CommandInfo",
        ),
      );
    } else if (mayExist(name)) throw new Refusal(`whether there is a command "${name}"`);
    else
      await call.error(
        "CommandNotFoundException",
        `The term '${name}' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`,
        "ObjectNotFound",
        name,
        "System.Management.Automation.CommandNotFoundException",
      );
  }
}

async function getDate(call: Call): Promise<void> {
  const given = call.value("Date");
  let date = given === undefined ? new DateTime(call.process.system.now()) : convert(given, "datetime");
  if (!(date instanceof DateTime)) return;
  const parts = ["Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond"] as const;
  if (parts.some((name) => call.has(name))) {
    const current = date;
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, ms = 0] = parts.map(
      (name) => call.count(name) ?? count(current.get(name) ?? 0),
    );
    date = new DateTime(Date.UTC(year, month - 1, day, hour, minute, second, ms));
  }
  if (!(date instanceof DateTime)) return;
  const format = call.text("Format");
  const unix = call.text("UFormat");
  if (unix !== undefined) return call.emit(unixFormat(date, unix));
  await call.emit(format === undefined ? date : date.format(format));
}

function unixFormat(date: DateTime, format: string): string {
  const map: Readonly<Record<string, string>> = {
    Y: "yyyy",
    m: "MM",
    d: "dd",
    H: "HH",
    M: "mm",
    S: "ss",
    y: "yy",
    j: "",
    B: "MMMM",
    b: "MMM",
    A: "dddd",
    a: "ddd",
    p: "tt",
    I: "hh",
  };
  return format.replace(/^\+/, "").replace(/%(.)/g, (_whole, letter: string) => {
    if (letter === "s") return String(Math.floor(date.ms / 1000));
    if (letter === "%") return "%";
    const found = map[letter];
    if (!found) throw new Refusal(`Get-Date -UFormat %${letter}`);
    return date.format(found.length === 1 ? `%${found}` : found);
  });
}

/** Cmdlets about the session itself: variables, time, other code. */
export const sessionCmdlets: readonly Cmdlet[] = [
  {
    name: "Set-Variable",
    parameters: [
      takes("Name", 0),
      takes("Value", 1, "both"),
      takes("Scope"),
      takes("Option"),
      flag("Force"),
      flag("PassThru"),
    ],
    process(call) {
      for (const name of call.texts("Name")) {
        // Packer's check sets `variable:global:…`.
        const bare = name.replace(/^variable:/i, "");
        if (/^(?:global|script|local):/i.test(bare))
          call.engine.setVariable(bare, call.value("Value") ?? null, call.frame);
        else scopeOf(call).set(bare, call.value("Value") ?? null);
      }
    },
  },
  {
    name: "New-Variable",
    parameters: [takes("Name", 0), takes("Value", 1), takes("Scope"), takes("Option"), flag("Force")],
    process(call) {
      scopeOf(call).set(call.required("Name"), call.value("Value") ?? null);
    },
  },
  {
    name: "Get-Variable",
    parameters: [takes("Name", 0), flag("ValueOnly"), takes("Scope")],
    async process(call) {
      for (const name of call.texts("Name")) {
        const bare = name.replace(/^variable:/i, "");
        if (!hasVariable(bare, call.frame)) {
          await call.error(
            "VariableNotFound",
            `Cannot find a variable with the name '${bare}'.`,
            "ObjectNotFound",
            bare,
            "System.Management.Automation.ItemNotFoundException",
          );
          continue;
        }
        const value = call.engine.variable(bare, call.frame);
        await call.emit(
          call.flag("ValueOnly")
            ? value
            : new PsObject(
                [
                  ["Name", bare],
                  ["Value", value],
                ],
                "System.Management.Automation.PSVariable",
              ),
        );
      }
    },
  },
  {
    name: "Remove-Variable",
    parameters: [takes("Name", 0), takes("Scope"), flag("Force")],
    process(call) {
      for (const name of call.texts("Name")) scopeOf(call).variables.delete(name.toLowerCase());
    },
  },
  {
    name: "Clear-Variable",
    parameters: [takes("Name", 0)],
    process(call) {
      for (const name of call.texts("Name")) call.engine.setVariable(name, null, call.frame);
    },
  },
  {
    name: "Set-Alias",
    parameters: [takes("Name", 0), takes("Value", 1), takes("Scope"), flag("Force"), takes("Option")],
    process(call) {
      scopeOf(call).aliases.set(call.required("Name").toLowerCase(), call.required("Value"));
    },
  },
  {
    name: "Get-Command",
    parameters: [takes("Name", 0, "both"), takes("CommandType", undefined, undefined, "Type"), flag("All")],
    process: getCommand,
  },
  {
    name: "Start-Sleep",
    parameters: [takes("Seconds", 0, "both"), takes("Milliseconds", undefined, undefined, "m", "ms")],
    async process(call) {
      const seconds = call.value("Seconds");
      const held = seconds === undefined ? undefined : convert(seconds, "double");
      const ms = held instanceof Double ? held.value * 1000 : (call.count("Milliseconds") ?? 0);
      await sleep(ms, call.process.signal);
    },
  },
  {
    name: "Get-Date",
    parameters: [
      takes("Date", 0, "both"),
      takes("Format"),
      takes("UFormat"),
      ...["Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond"].map((name) => takes(name)),
    ],
    process: getDate,
  },
  {
    name: "New-TimeSpan",
    parameters: [takes("Start", 0), takes("End", 1), takes("Days"), takes("Hours"), takes("Minutes"), takes("Seconds")],
    async process(call) {
      const at = (name: string): number => {
        const value = call.value(name);
        const date = value === undefined ? undefined : convert(value, "datetime");
        return date instanceof DateTime ? date.ms : call.process.system.now();
      };
      if (call.has("Start") || call.has("End")) return call.emit(new TimeSpan(at("End") - at("Start")));
      const [days, hours, minutes, seconds] = ["Days", "Hours", "Minutes", "Seconds"].map(
        (name) => call.count(name) ?? 0,
      );
      await call.emit(
        new TimeSpan(((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000),
      );
    },
  },
  {
    name: "New-Object",
    parameters: [
      takes("TypeName", 0),
      takes("ArgumentList", 1, undefined, "Args"),
      takes("Property"),
      takes("ComObject"),
      flag("Strict"),
    ],
    async process(call) {
      await call.emit(
        newObject(
          call.text("TypeName"),
          call.text("ComObject"),
          [...call.list("ArgumentList")],
          call.value("Property") ?? null,
          call.process,
        ),
      );
    },
  },
  {
    name: "Invoke-Expression",
    parameters: [takes("Command", 0, "value")],
    async process(call) {
      const source = call.text("Command") ?? "";
      try {
        const body = parseScript(source);
        await call.engine.callHere(new ScriptBlock(body), call.engine.variable("_", call.frame), call.frame);
      } catch (error) {
        if (!(error instanceof ScriptSyntaxError)) throw error;
        throw call.failure(
          error.id,
          error.message,
          "ParserError",
          undefined,
          "System.Management.Automation.ParseException",
        );
      }
    },
  },
  {
    name: "Invoke-Command",
    parameters: [
      takes("ScriptBlock", 0),
      takes("ArgumentList", undefined, undefined, "Args"),
      takes("ComputerName"),
      takes("Credential"),
    ],
    async process(call) {
      if (call.has("ComputerName") || call.has("Credential")) throw new Refusal("Invoke-Command to other computers");
      const block = call.value("ScriptBlock");
      if (!(block instanceof ScriptBlock)) return;
      const args = call.list("ArgumentList").map((value) => ({ name: undefined, value, source: "" }));
      const stage = call.engine.bodyStage(block.body, args, call.frame, { kind: "block", name: "", hasInput: false });
      await stage.begin();
      await stage.process(undefined);
      await stage.end();
    },
  },
  {
    name: "Measure-Command",
    parameters: [takes("Expression", 0)],
    async process(call) {
      const block = call.value("Expression");
      const start = call.process.system.now();
      if (block instanceof ScriptBlock)
        await call.engine.callHere(block, null, { ...call.frame, emit: () => undefined });
      await call.emit(new TimeSpan(call.process.system.now() - start));
    },
  },
  {
    name: "ConvertTo-Json",
    parameters: [takes("InputObject", 0, "value"), takes("Depth"), flag("Compress")],
    process(call) {
      if (call.has("InputObject")) call.kept.list.push(call.value("InputObject") ?? null);
    },
    async end(call) {
      const items = call.kept.list;
      const value: Value = items.length === 1 ? (items[0] ?? null) : [...items];
      await call.emit(toJson(value, call.count("Depth") ?? 2, call.flag("Compress")));
    },
  },
  {
    name: "ConvertFrom-Json",
    parameters: [takes("InputObject", 0, "value")],
    process(call) {
      call.kept.list.push(...itemsOf(call.value("InputObject") ?? null));
    },
    async end(call) {
      const source = call.kept.list.map((item) => text(item)).join("\n");
      let parsed: Value;
      try {
        parsed = fromJson(source);
      } catch {
        throw call.failure(
          "System.ArgumentException",
          `Invalid JSON primitive: ${source.slice(0, 40).split(/\s/)[0]}.`,
          "NotSpecified",
          undefined,
          "System.ArgumentException",
        );
      }
      // A list comes as one thing.
      await call.emit(parsed);
    },
  },
  {
    name: "Set-StrictMode",
    parameters: [takes("Version"), flag("Off")],
    process: (call) => (call.has("Version") ? refuse("Set-StrictMode -Version") : undefined),
  },
  {
    name: "Set-PSDebug",
    parameters: [takes("Trace"), flag("Off"), flag("Step"), flag("Strict")],
    process: (call) => (call.count("Trace") === 0 || !call.has("Trace") ? undefined : refuse("Set-PSDebug -Trace")),
  },
  {
    name: "Set-ExecutionPolicy",
    parameters: [takes("ExecutionPolicy", 0, "both"), takes("Scope", 1), flag("Force")],
    process(call) {
      const name = call.required("ExecutionPolicy");
      if (!/^(?:Unrestricted|RemoteSigned|AllSigned|Restricted|Default|Bypass|Undefined)$/i.test(name))
        throw call.failure(
          "CannotConvertArgumentNoMessage",
          `Cannot bind parameter 'ExecutionPolicy'. Cannot convert value "${name}" to type "Microsoft.PowerShell.ExecutionPolicy".`,
          "InvalidArgument",
        );
      const scope = (call.text("Scope") ?? "LocalMachine").toLowerCase();
      if (scope === "process") call.process.environment.set("PSExecutionPolicyPreference", name);
      else call.process.system.registry.set(policyKey, { name: "ExecutionPolicy", type: "String", data: name });
    },
  },
  {
    name: "Get-ExecutionPolicy",
    parameters: [takes("Scope", 0), flag("List")],
    async process(call) {
      const own = call.process.environment.get("PSExecutionPolicyPreference");
      await call.emit(
        own ?? String(call.process.system.registry.get(policyKey, "ExecutionPolicy")?.data ?? "Restricted"),
      );
    },
  },
  {
    // The modules whose cmdlets the stand-in has are always loaded.
    name: "Import-Module",
    parameters: [
      takes("Name", 0, "both"),
      flag("Force"),
      flag("PassThru"),
      flag("Global"),
      flag("DisableNameChecking"),
    ],
    process(call) {
      for (const name of call.texts("Name"))
        if (
          !/^(?:Microsoft\.PowerShell\.(?:Management|Utility|Core|Security|Host|LocalAccounts)|NetSecurity|ScheduledTasks)$/i.test(
            name,
          )
        )
          throw new Refusal(`the module ${name}`);
    },
  },
  {
    name: "Get-Random",
    parameters: [
      takes("Maximum", 0),
      takes("Minimum"),
      takes("InputObject", undefined, "value"),
      takes("Count"),
      takes("SetSeed"),
    ],
    process(call) {
      if (call.has("InputObject")) call.kept.list.push(...call.list("InputObject"));
    },
    async end(call) {
      if (call.has("SetSeed")) throw new Refusal("Get-Random -SetSeed");
      const items = call.kept.list;
      if (items.length > 0) {
        const shuffled = items.map((item) => ({ item, at: Math.random() })).toSorted((a, b) => a.at - b.at);
        for (const { item } of shuffled.slice(0, call.count("Count") ?? 1)) await call.emit(item);
        return;
      }
      const [low, high] = [call.count("Minimum") ?? 0, call.count("Maximum") ?? 2147483647];
      await call.emit(low + Math.floor(Math.random() * (high - low)));
    },
  },
  {
    name: "New-Guid",
    parameters: [],
    process: async (call) => call.emit(new PsObject([["Guid", crypto.randomUUID()]], "System.Guid")),
  },
];

export const policyKey = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\PowerShell\\1\\ShellIds\\Microsoft.PowerShell";

function refuse(what: string): never {
  throw new Refusal(what);
}

/** Sleeps until the time is over or the program is ended. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const ended = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", ended);
      resolve();
    }, ms);
    signal.addEventListener("abort", ended, { once: true });
  });
}
