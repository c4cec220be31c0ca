import { compareStrings } from "../go/go-string.ts";
import { describe } from "../go/sprintf.ts";
import { isComparable, sameType, typeName } from "../go/type.ts";
import type { GoValue } from "../go/value.ts";
import { isNil, unwrapped } from "../go/value.ts";

/** A verdict, or Go's complaint. */
export type Compared = { readonly value: boolean } | { readonly error: string };

const badType: Compared = { error: "invalid type for comparison" };

type Basic = GoValue & { kind: "bool" | "int" | "uint" | "float" | "complex" | "string" };

function isBasic(value: GoValue | undefined): value is Basic {
  return value !== undefined && ["bool", "int", "uint", "float", "complex", "string"].includes(value.kind);
}

const incompatible = (a: GoValue, b: GoValue): Compared => ({
  error: `incompatible types for comparison: ${typeName(a.type)} and ${typeName(b.type)}`,
});

/** The built-in `eq`: equal to any of the others. */
export function equalsAny(first: GoValue | undefined, others: readonly (GoValue | undefined)[]): Compared {
  if (others.length === 0) return { error: "missing argument for comparison" };
  const left = unwrapped(first);
  for (const other of others) {
    const result = equals(left, unwrapped(other));
    if ("error" in result || result.value) return result;
  }
  return { value: false };
}

function equals(a: GoValue | undefined, b: GoValue | undefined): Compared {
  if (isBasic(a) || isBasic(b)) {
    if (!a || !b) return { value: false };
    if (isBasic(a) && isBasic(b) && (a.kind === b.kind || (isInteger(a) && isInteger(b)))) {
      return { value: basicEquals(a, b) };
    }
    return incompatible(a, b);
  }
  if (a && b && a.kind !== b.kind) {
    return {
      error: `non-comparable types ${describe(a, "s")}: ${typeName(a.type)}, ${typeName(b.type)}: ${describe(b)}`,
    };
  }
  const nilA = !a || isNil(a);
  const nilB = !b || isNil(b);
  if (nilA || nilB) return { value: nilA === nilB };
  if (!isComparable(b.type)) return { error: `non-comparable type ${describe(b, "s")}: ${typeName(b.type)}` };
  return identical(a, b);
}

const isInteger = (value: Basic): boolean => value.kind === "int" || value.kind === "uint";

function basicEquals(a: Basic, b: Basic): boolean {
  if (a.kind === "complex" || b.kind === "complex") {
    return a.kind === "complex" && b.kind === "complex" && a.value.re === b.value.re && a.value.im === b.value.im;
  }
  return a.value === b.value;
}

/** Go's `==` on interface values. */
function identical(left: GoValue, right: GoValue): Compared {
  const a = unwrapped(left);
  const b = unwrapped(right);
  if (!a || !b) return { value: a === b };
  if (!sameType(a.type, b.type)) return { value: false };
  if (!isComparable(a.type)) return { error: `runtime error: comparing uncomparable type ${typeName(a.type)}` };
  if (isBasic(a) && isBasic(b)) return { value: basicEquals(a, b) };
  if (a.kind === "pointer" && b.kind === "pointer") return { value: a.target === b.target };
  if (a.kind === "struct" && b.kind === "struct") return allIdentical(a.fields, b.fields);
  if (a.kind === "array" && b.kind === "array") return allIdentical(a.items, b.items);
  return { value: a === b };
}

function allIdentical(a: readonly GoValue[], b: readonly GoValue[]): Compared {
  for (const [i, item] of a.entries()) {
    const other = b[i];
    const result = other ? identical(item, other) : { value: false };
    if ("error" in result || !result.value) return result;
  }
  return { value: true };
}

/** The built-in `lt`. */
export function lessThan(first: GoValue | undefined, second: GoValue | undefined): Compared {
  const a = unwrapped(first);
  const b = unwrapped(second);
  if (!isBasic(a) || !isBasic(b)) return badType;
  if ((a.kind === "int" || a.kind === "uint") && (b.kind === "int" || b.kind === "uint")) {
    return { value: a.value < b.value };
  }
  if (a.kind !== b.kind) return incompatible(a, b);
  if (a.kind === "string" && b.kind === "string") return { value: compareStrings(a.value, b.value) < 0 };
  if (a.kind === "float" && b.kind === "float") return { value: a.value < b.value };
  return badType;
}

/** The built-in `le`: less, or else equal. */
export function atMost(a: GoValue | undefined, b: GoValue | undefined): Compared {
  const less = lessThan(a, b);
  return "error" in less || less.value ? less : equalsAny(a, [b]);
}

/** The opposite verdict; complaints stay. */
export function negated(result: Compared): Compared {
  return "error" in result ? result : { value: !result.value };
}
