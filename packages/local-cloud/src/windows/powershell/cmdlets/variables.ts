import { Refusal } from "../../system/refusal.ts";
import { hasVariable } from "../run/variables.ts";
import { PsObject } from "../values/collections.ts";
import { type Call, type Cmdlet, flag, takes } from "./cmdlet.ts";

function scopeOf(call: Call): Call["frame"]["scope"] {
  const { scope } = call.frame;
  const wanted = (call.text("Scope") ?? "local").toLowerCase();
  if (wanted === "global") return scope.global;
  if (wanted === "script") return scope.script;
  if (wanted === "local" || wanted === "0") return scope;
  if (wanted === "1") return scope.parent ?? scope;
  throw new Refusal(`-Scope ${wanted}`);
}

/** Cmdlets about variables and aliases. */
export const variableCmdlets: readonly Cmdlet[] = [
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
];
