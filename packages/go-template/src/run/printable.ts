import { sprint } from "../go/sprintf.ts";
import { isError, isStringer, pointerTo } from "../go/type.ts";
import type { GoValue } from "../go/value.ts";
import { indirect, stringValue } from "../go/value.ts";

/** What of a value is printed: pointers are followed; undefined for functions, which cannot be. */
export function printable(value: GoValue | undefined): GoValue | undefined {
  const target = value?.kind === "pointer" ? indirect(value).value : value;
  if (!target) return stringValue("<no value>");
  if (isError(target.type) || isStringer(target.type)) return target;
  const address = pointerTo(target.type);
  if (target.address && (isError(address) || isStringer(address))) return target.address;
  return target.kind === "func" ? undefined : target;
}

/** The text of the arguments of `html`, `js` and `urlquery`. */
export function printedArguments(args: readonly (GoValue | undefined)[]): string {
  const [only] = args;
  if (args.length === 1 && only?.kind === "string" && !only.type.methods) return only.value;
  return sprint(args.map((arg) => printable(arg) ?? arg));
}
