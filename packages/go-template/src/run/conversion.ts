import type { GoType } from "../go/type.ts";
import { assignable, canBeNil, pointerTo, typeName } from "../go/type.ts";
import type { GoValue } from "../go/value.ts";
import { isNil, pointee, zeroValue } from "../go/value.ts";

/** A value made fit for a place, or why it does not fit. */
export type Fitted = { readonly value: GoValue | undefined } | { readonly error: string };

/** What an argument becomes for a parameter: one dereference or address is allowed. */
export function fitArgument(value: GoValue | undefined, type: GoType): Fitted {
  if (type.kind === "reflect") return { value };
  if (!value) {
    return canBeNil(type) ? { value: zeroValue(type) } : { error: `invalid value; expected ${typeName(type)}` };
  }
  if (assignable(value.type, type)) return { value };
  const inner = value.kind === "interface" && value.inner ? value.inner : value;
  if (inner !== value && assignable(inner.type, type)) return { value: inner };
  if (inner.kind === "pointer" && assignable(inner.type.element, type)) {
    const target = pointee(inner);
    return target ? { value: target } : { error: `dereference of nil pointer of type ${typeName(type)}` };
  }
  if (inner.address && assignable(pointerTo(inner.type), type)) return { value: inner.address };
  return { error: `wrong type for value; expected ${typeName(type)}; got ${typeName(inner.type)}` };
}

/** What an argument of the built-in `call`, or a map key of `index`, becomes; integers convert. */
export function prepareArgument(value: GoValue | undefined, type: GoType): Fitted {
  if (!value && !canBeNil(type)) return { error: `value is nil; should be of type ${typeName(type)}` };
  const given = value ?? zeroValue(type);
  if (assignable(given.type, type)) return { value: given };
  const isInteger = given.kind === "int" || given.kind === "uint";
  if (isInteger && (type.kind === "int" || type.kind === "uint")) {
    const cut = type.kind === "int" ? BigInt.asIntN(type.bits, given.value) : BigInt.asUintN(type.bits, given.value);
    return { value: { kind: type.kind, type, value: cut } };
  }
  return { error: `value has type ${typeName(given.type)}; should be ${typeName(type)}` };
}

/** Go's truth: anything but false, zero, nil and emptiness. */
export function isTrue(value: GoValue | undefined): boolean {
  if (!value) return false;
  switch (value.kind) {
    case "bool":
      return value.value;
    case "int":
    case "uint":
      return value.value !== 0n;
    case "float":
      return value.value !== 0;
    case "complex":
      return value.value.re !== 0 || value.value.im !== 0;
    case "string":
      return value.value !== "";
    case "slice":
    case "array":
      return (value.items?.length ?? 0) > 0;
    case "map":
      return (value.entries?.size ?? 0) > 0;
    case "struct":
      return true;
    default:
      return !isNil(value);
  }
}
