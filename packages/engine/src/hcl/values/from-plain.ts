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

const unknownString = unknownValue(STRING);

/** The HCL value of plain data: what a data source gave, or the engine's own names. A pending value is an unknown string, or `ofPending`. */
export function valueOf(plain: unknown, ofPending = unknownString): Value {
  if (plain === pending) return ofPending;
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
      return Array.isArray(plain) ? sequence(plain, ofPending) : objectValue(entriesOf(plain, ofPending));
    default:
      return NULL;
  }
}

function sequence(plain: readonly unknown[], ofPending: Value): Value {
  const items = plain.map((item) => valueOf(item, ofPending));
  return items.length > 0 && sameTypes(items) ? listValue(items) : tupleValue(items);
}

function entriesOf(plain: object, ofPending: Value): Map<string, Value> {
  return new Map(Object.entries(plain).map(([name, member]): [string, Value] => [name, valueOf(member, ofPending)]));
}
