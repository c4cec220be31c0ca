import { Refusal } from "../../system/refusal.ts";
import { parseScript } from "../syntax/parse-script.ts";
import { ScriptSyntaxError } from "../syntax/script-error.ts";
import { newObject } from "../types/new-object.ts";
import { PsObject } from "../values/collections.ts";
import { itemsOf, text } from "../values/convert.ts";
import { fromJson, toJson } from "../values/json.ts";
import { ScriptBlock } from "../values/script-block.ts";
import type { Value } from "../values/value.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";
import { mayExist } from "./known-elsewhere.ts";

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

/** Cmdlets about the session itself: other code, its form and its rules. */
export const sessionCmdlets: readonly Cmdlet[] = [
  {
    name: "Get-Command",
    parameters: [takes("Name", 0, "both"), takes("CommandType", undefined, undefined, "Type"), flag("All")],
    process: getCommand,
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
    // Tracing prints nothing here; what is traced runs as it does without.
    process: (call) => (call.flag("Step") || call.flag("Strict") ? refuse("Set-PSDebug -Step or -Strict") : undefined),
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
];

export const policyKey = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\PowerShell\\1\\ShellIds\\Microsoft.PowerShell";

function refuse(what: string): never {
  throw new Refusal(what);
}
