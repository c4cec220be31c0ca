import { Fault } from "../values/arithmetic.ts";
import { BigFloat } from "../values/big-float.ts";
import { numberText } from "../values/big-float-text.ts";
import type { Value } from "../values/value.ts";

/** A string in JSON as Go writes it: `<`, `>`, `&` and the line separators are escaped too. */
export function jsonString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A wholly known value as JSON without blanks; keys in order. */
export function jsonText(value: Value): string | Fault {
  const { raw } = value;
  if (raw === null) return "null";
  if (typeof raw === "string") return jsonString(raw);
  if (typeof raw === "boolean") return raw ? "true" : "false";
  if (raw instanceof BigFloat) return raw.infinite ? new Fault("cannot serialize infinity as JSON") : numberText(raw);
  const parts: string[] = [];
  if (raw instanceof Map) {
    for (const [key, item] of value.entries) {
      const inner = jsonText(item);
      if (inner instanceof Fault) return inner;
      parts.push(`${jsonString(key)}:${inner}`);
    }
    return `{${parts.join(",")}}`;
  }
  for (const item of value.items) {
    const inner = jsonText(item);
    if (inner instanceof Fault) return inner;
    parts.push(inner);
  }
  return `[${parts.join(",")}]`;
}
