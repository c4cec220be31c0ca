import { evaluate, objectValue, type TypeDefaults, tupleValue, type Value } from "@kiln/hcl";

/** The value with the defaults of `optional(…)` attributes put where an object lacks them; null is left alone. */
export function withDefaults(value: Value, defaults: TypeDefaults | undefined): Value {
  if (!defaults || value.isNull || !value.isKnown) return value;
  const { type } = value;
  if (type.kind === "tuple" || type.kind === "list" || type.kind === "set") {
    const each = (i: number): TypeDefaults | undefined => defaults.children.get("") ?? defaults.children.get(String(i));
    return tupleValue(value.items.map((item, i) => withDefaults(item, each(i))));
  }
  if (type.kind !== "object" && type.kind !== "map") return value;
  const element = defaults.children.get("");
  const members = new Map<string, Value>();
  for (const [name, member] of value.entries)
    members.set(name, withDefaults(member, element ?? defaults.children.get(name)));
  for (const [name, expression] of defaults.values) {
    const given = members.get(name);
    if (given && !given.isNull) continue;
    members.set(name, withDefaults(evaluate(expression).value, defaults.children.get(name)));
  }
  return objectValue(members);
}
