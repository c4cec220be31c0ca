import {
  BigFloat,
  boolValue,
  listValue,
  NULL,
  numberValue,
  objectValue,
  STRING,
  sameTypes,
  stringValue,
  tupleValue,
  unknownValue,
  type Value,
} from "@kiln/hcl";
import { pending } from "@kiln/sdk";

/** The HCL value of plain data: what a data source gave, or the engine's own names. A pending value is an unknown string. */
export function valueOf(plain: unknown): Value {
  if (plain === pending) return unknownValue(STRING);
  if (plain === null || plain === undefined) return NULL;
  switch (typeof plain) {
    case "string":
      return stringValue(plain);
    case "boolean":
      return boolValue(plain);
    case "number":
      return numberValue(BigFloat.double(plain));
    case "bigint":
      return numberValue(BigFloat.whole(plain));
    case "object":
      return Array.isArray(plain) ? sequence(plain) : objectValue(entriesOf(plain));
    default:
      return NULL;
  }
}

function sequence(plain: readonly unknown[]): Value {
  const items = plain.map(valueOf);
  return items.length > 0 && sameTypes(items) ? listValue(items) : tupleValue(items);
}

function entriesOf(plain: object): Map<string, Value> {
  return new Map(Object.entries(plain).map(([name, member]): [string, Value] => [name, valueOf(member)]));
}
