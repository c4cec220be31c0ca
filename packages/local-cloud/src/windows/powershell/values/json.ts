import { integer, numberFrom as scriptNumber } from "../syntax/numbers.ts";
import { DictionaryEntry, Hashtable, NetList, PsObject } from "./collections.ts";
import { text } from "./convert.ts";
import { DateTime } from "./date-time.ts";
import { Decimal, Double } from "./double.ts";
import { isArray, NetObject, type Value } from "./value.ts";

/** ConvertTo-Json: four columns deeper than the brace, two blanks after the colon, as Windows PowerShell prints it. */
export function toJson(value: Value, depth: number, compress: boolean): string {
  return write(value, depth, compress, 0);
}

function write(value: Value, depth: number, compress: boolean, indent: number): string {
  if (value === null) return "null";
  if (typeof value === "string") return quoted(value);
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof Double) return Number.isInteger(value.value) ? `${value.text()}.0` : value.text();
  if (value instanceof Decimal) return value.text();
  if (value instanceof DateTime) return `"\\/Date(${Math.round(value.ms)})\\/"`;
  const items = isArray(value)
    ? value
    : value instanceof NetList
      ? value.list
      : value instanceof Uint8Array
        ? Array.from(value)
        : undefined;
  const isTooDeep = depth < 0;
  if (items !== undefined) {
    if (isTooDeep) return quoted(text(value));
    return block(
      "[",
      "]",
      items.map((item) => ({ head: "", item })),
      depth,
      compress,
      indent,
    );
  }
  const entries =
    value instanceof Hashtable
      ? value.entries().map(([key, item]) => ({ key: text(key), item }))
      : value instanceof NetObject && value.properties().length > 0 && !(value instanceof DictionaryEntry)
        ? value.properties().map((key) => ({ key, item: value.get(key) ?? null }))
        : value instanceof PsObject
          ? []
          : undefined;
  if (entries === undefined || isTooDeep) return quoted(text(value));
  return block(
    "{",
    "}",
    entries.map(({ key, item }) => ({ head: `${quoted(key)}:${compress ? "" : "  "}`, item })),
    depth,
    compress,
    indent,
  );
}

function block(
  open: string,
  close: string,
  parts: readonly { readonly head: string; readonly item: Value }[],
  depth: number,
  compress: boolean,
  indent: number,
): string {
  const inner = parts.map(({ head, item }) => {
    const at = indent + 4 + (compress ? 0 : head.length);
    return head + write(item, depth - 1, compress, at);
  });
  if (compress) return `${open}${inner.join(",")}${close}`;
  const pad = " ".repeat(indent + 4);
  if (inner.length === 0) return `${open}\r\n\r\n${" ".repeat(indent)}${close}`;
  return `${open}\r\n${inner.map((one) => pad + one).join(",\r\n")}\r\n${" ".repeat(indent)}${close}`;
}

function quoted(whole: string): string {
  return JSON.stringify(whole).replace(/[\u007f<>&'\u0085\u2028\u2029]/g, (char) =>
    char === "\u007f" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** ConvertFrom-Json. Throws SyntaxError. */
export function fromJson(source: string): Value {
  return fromParsed(
    JSON.parse(source, (_key, value: unknown, context?: { readonly source?: string }) =>
      typeof value === "number" ? numberFrom(value, context?.source) : value,
    ) as unknown,
  );
}

function numberFrom(value: number, source: string | undefined): Value {
  if (source !== undefined && /^-?\d+$/.test(source)) return scriptNumber(source) ?? null;
  return Number.isInteger(value) && source === undefined ? integer(BigInt(value)) : new Double(value);
}

function fromParsed(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number" || typeof value === "bigint")
    return value;
  if (value instanceof Double) return value;
  if (Array.isArray(value)) return value.map(fromParsed);
  return new PsObject(Object.entries(value).map(([name, item]) => [name, fromParsed(item)]));
}
