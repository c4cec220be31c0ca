import { append, type Diagnostic, problem } from "@kiln/sdk";
import { convert } from "./convert/convert.ts";
import { evaluate } from "./eval/evaluate.ts";
import { rangeOf } from "./syntax/ast.ts";
import type { TypeDefaults } from "./type-expression.ts";
import { Fault } from "./values/arithmetic.ts";
import { withMarks } from "./values/marks.ts";
import { setValue } from "./values/set.ts";
import { objectValue, tupleValue, type Value } from "./values/value.ts";

/**
 * The value with the defaults of optional attributes filled in where they are absent or null, to be converted to the type
 * afterwards. Values that do not have the shape of the type are left as they are: the conversion will complain.
 */
export function applyDefaults(value: Value, defaults: TypeDefaults): Value {
  if (value.isNull || !value.isKnown) return value;
  const { type } = defaults;
  if (type.kind === "object") return objectDefaults(value, defaults);
  const each = (item: Value, name: string): Value => {
    const inner = defaults.children.get(name);
    return inner ? applyDefaults(item, inner) : item;
  };
  if (value.raw instanceof Map) {
    const entries = new Map([...value.entries].map(([key, item]) => [key, each(item, "")]));
    return withMarks(objectValue(entries), value.marks);
  }
  if (!Array.isArray(value.raw)) return value;
  const items = value.items.map((item, i) => each(item, type.kind === "tuple" ? String(i) : ""));
  return withMarks(value.type.kind === "set" && sameShape(items) ? setValue(items) : tupleValue(items), value.marks);
}

function sameShape(items: readonly Value[]): boolean {
  const made = items.map((v) => JSON.stringify([...v.entries.keys()]));
  return made.every((m) => m === made[0]);
}

function objectDefaults(value: Value, defaults: TypeDefaults): Value {
  if (!(value.raw instanceof Map)) return value;
  const entries = new Map(value.entries);
  for (const [name, expression] of defaults.values) {
    const given = entries.get(name);
    if (given !== undefined && !given.isNull) continue;
    entries.set(name, evaluate(expression).value);
  }
  for (const [name, inner] of defaults.children) {
    const item = entries.get(name);
    if (item) entries.set(name, applyDefaults(item, inner));
  }
  return withMarks(objectValue(entries), value.marks);
}

/** What is wrong with the defaults themselves: they are constants of the type of their attribute. */
export function checkDefaults(defaults: TypeDefaults): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [name, expression] of defaults.values) {
    const { value, diagnostics } = evaluate(expression);
    append(found, diagnostics);
    const wanted = defaults.type.kind === "object" ? defaults.type.attributes.get(name) : undefined;
    if (diagnostics.length > 0 || !wanted) continue;
    const inner = defaults.children.get(name);
    const converted = convert(inner ? applyDefaults(value, inner) : value, wanted);
    if (!(converted instanceof Fault)) continue;
    const detail = `This default value is not compatible with the attribute's type constraint: ${converted.message}.`;
    const subject = rangeOf(expression);
    found.push(problem("hcl/invalid-default", "Invalid default value for optional attribute", { detail, subject }));
  }
  for (const inner of defaults.children.values()) append(found, checkDefaults(inner));
  return found;
}
