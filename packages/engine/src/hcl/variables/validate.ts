import { objectValue, rangeOf, type Scope, type Value } from "@kiln/hcl";
import { type Diagnostic, problem } from "@kiln/sdk";
import { settled, valueIn } from "../evaluation.ts";
import type { HclVariable } from "../hcl-template.ts";
import type { AssignedValue } from "./assign.ts";

/** Every declared variable must have a value, used or not. Those that have none stay unknown, so that the rest can be checked. */
export function unsetVariables(
  variables: ReadonlyMap<string, HclVariable>,
  values: ReadonlyMap<string, AssignedValue>,
): readonly Diagnostic[] {
  return (
    [...variables.values()]
      // What is wrong with a default has been said; it was given all the same.
      .filter(({ name, fallbackSpan }) => !fallbackSpan && !values.has(name))
      .map(({ name, nameSpan }) =>
        problem("variables/unset", `Unset variable "${name}"`, {
          detail: `A used variable must be set or have a default value; see https://packer.io/docs/templates/hcl_templates/syntax for details. Give it with -var '${name}=VALUE', in a -var-file, or as PKR_VAR_${name} in the environment.`,
          subject: rangeOf(nameSpan),
        }),
      )
  );
}

/** Runs the validation rules on the values that won. */
export async function brokenRules(
  variables: ReadonlyMap<string, HclVariable>,
  values: ReadonlyMap<string, AssignedValue>,
  functions: Scope,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const variable of variables.values()) {
    const given = values.get(variable.name);
    if (!given || variable.validations.length === 0) continue;
    found.push(...(await settled(() => broken(variable, given, functions))));
  }
  return found;
}

function broken(variable: HclVariable, given: AssignedValue, functions: Scope): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const scope = functions.child({ var: objectValue({ [variable.name]: given.value }) });
  for (const { condition, message, span } of variable.validations) {
    const value = valueIn(condition, scope, found);
    if (!value?.isKnown) continue;
    const verdict = asVerdict(value);
    if (verdict === undefined)
      found.push(
        problem("variables/bad-validation", "Invalid variable validation result", {
          detail: "Validation condition expression must return either true or false, not null or another type.",
          subject: rangeOf(condition),
        }),
      );
    else if (!verdict) {
      const at = rangeOf(span);
      const where = `${at.file}:${at.start.line},${at.start.column}-${at.end.line},${at.end.column}`;
      found.push(
        problem("variables/invalid", `Invalid value for ${given.from} variable`, {
          detail: `${message}\n\nThis was checked by the validation rule at ${where}.${origin(given)}`,
          subject: given.subject ?? rangeOf(variable.nameSpan),
        }),
      );
    }
  }
  return found;
}

function origin({ from, place }: AssignedValue): string {
  return from === "default" ? "" : ` The value came from ${place}.`;
}

function asVerdict({ raw }: Value): boolean | undefined {
  if (typeof raw === "boolean") return raw;
  if (raw === "true" || raw === "false") return raw === "true";
  return undefined;
}
