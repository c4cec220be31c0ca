import { goAny, goString } from "./type.ts";
import type { GoStructValue, GoValue } from "./value.ts";
import { boolValue, floatValue, interfaceValue, intValue, mapValue, sliceValue, stringValue } from "./value.ts";

/** Plain data as components have it. */
export type GoInput =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly GoInput[]
  | { readonly [key: string]: GoInput };

/**
 * Plain data as Go has it: whole numbers are `int`, others `float64`, arrays `[]interface {}`, objects
 * `map[string]interface {}`, null is "no value".
 */
export function goValue(input: GoInput): GoValue | undefined {
  switch (typeof input) {
    case "string":
      return stringValue(input);
    case "boolean":
      return boolValue(input);
    case "bigint":
      return intValue(input);
    case "number":
      return Number.isInteger(input) ? intValue(input) : floatValue(input);
    default:
  }
  if (input === null || input === undefined) return undefined;
  if (Array.isArray(input)) {
    return sliceValue(
      goAny,
      (input as readonly GoInput[]).map((item) => interfaceValue(goValue(item))),
    );
  }
  const members = Object.entries(input as Readonly<Record<string, GoInput>>);
  return mapValue(
    goString,
    goAny,
    members.map(([key, value]) => [stringValue(key), goValue(value)] as const),
  );
}

/** A `map[string]string`, as build data are. */
export function goStringMap(entries: Readonly<Record<string, string>>): GoValue {
  return mapValue(
    goString,
    goString,
    Object.entries(entries).map(([key, value]) => [stringValue(key), stringValue(value)] as const),
  );
}

/**
 * A struct, for data whose missing fields must be errors (`can't evaluate field X in type NAME`) rather than
 * `<no value>`: the run-time data of Packer's components, whose type names (`shell.ExecuteCommandTemplate`) show there.
 * Field names start with a capital; a field without a value has type `interface {}`.
 */
export function goStruct(name: string, fields: Readonly<Record<string, GoInput>>): GoStructValue {
  const members = Object.entries(fields).map(([field, input]) => {
    const value = goValue(input) ?? interfaceValue(undefined);
    return { field: { name: field, type: value.type }, value };
  });
  return {
    kind: "struct",
    type: { kind: "struct", name, fields: members.map((member) => member.field) },
    fields: members.map((member) => member.value),
  };
}
