import { Refusal } from "../../system/refusal.ts";
import { numberFrom } from "../syntax/numbers.ts";
import { Hashtable, NetList, PsObject } from "./collections.ts";
import { DateTime, TimeSpan } from "./date-time.ts";
import { Char, Decimal, Double } from "./double.ts";
import { castException, failure, NetException } from "./errors.ts";
import { parseDate } from "./read-dates.ts";
import { ScriptBlock, TypeValue } from "./script-block.ts";
import { fullTypeName, isOfType, typeOf } from "./types.ts";
import { isArray, NetObject, type Value } from "./value.ts";

/** What a value is in a string. */
export function text(value: Value, separator = " "): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (isArray(value)) return value.map((item) => text(item, separator)).join(separator);
  if (value instanceof PsObject && value.typeName === "System.Management.Automation.PSCustomObject")
    return `@{${value
      .properties()
      .map((name) => `${name}=${text(value.get(name) ?? null)}`)
      .join("; ")}}`;
  if (value instanceof NetList) return value.list.map((item) => text(item, separator)).join(separator);
  if (value instanceof NetObject) return value.text();
  return Array.from(value, String).join(separator);
}

/** Whether a condition holds. */
export function truth(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value !== "";
  if (typeof value === "number" || typeof value === "bigint") return Number(value) !== 0;
  if (value instanceof Double) return value.value !== 0;
  const items = listOf(value);
  if (items === undefined) return true;
  if (items.length === 0) return false;
  return items.length > 1 || truth(items[0] ?? null);
}

/** The items of what a pipeline takes apart; undefined for everything else. */
export function listOf(value: Value): readonly Value[] | undefined {
  if (isArray(value)) return value;
  if (value instanceof Uint8Array) return Array.from(value);
  if (value instanceof NetObject) return value.items();
  return undefined;
}

/** A value as a list: nothing for null, its items for a list, else itself. */
export function itemsOf(value: Value): readonly Value[] {
  return value === null ? [] : (listOf(value) ?? [value]);
}

/** The value as a number; undefined when it is none. */
export function number(value: Value): number | bigint | Double | undefined {
  if (value === null) return 0;
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Double) return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Decimal) return value.refuse();
  if (value instanceof Char) return value.value.codePointAt(0) ?? 0;
  if (typeof value !== "string") return undefined;
  if (value.trim() === "") return 0;
  const found = numberFrom(value.trim());
  if (found instanceof Decimal) return found.refuse();
  return typeof found === "number" || typeof found === "bigint" || found instanceof Double ? found : undefined;
}

/** As a JavaScript number, for arguments that count something. */
export function count(value: Value, what = "a number"): number {
  const found = number(value);
  if (found === undefined) throw conversionFailure(value, "System.Int32", what);
  return found instanceof Double ? roundHalfEven(found.value) : Number(found);
}

/** .NET rounds halves to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function conversionFailure(value: Value, type: string, _what = ""): Error {
  const shown = text(value);
  const message =
    typeof value === "string" && /Int|Double|Byte/.test(type)
      ? `Cannot convert value "${shown}" to type "${type}". Error: "Input string was not in a correct format."`
      : `Cannot convert the "${shown}" value of type "${typeOf(value)}" to type "${type}".`;
  return failure("InvalidCastFromStringToInteger", message, {
    type: castException,
    category: "InvalidArgument: (:)",
  });
}

/** A cast, or what an argument of that type becomes. */
export function convert(value: Value, type: string): Value {
  const name = fullTypeName(type).toLowerCase();
  if (name.endsWith("[]")) return convertArray(value, name.slice(0, -2), type);
  switch (name) {
    case "system.object":
    case "system.management.automation.psobject":
      return value;
    case "system.string":
      return text(value);
    case "system.boolean":
      return truth(value);
    case "system.management.automation.switchparameter":
      return truth(value);
    case "system.void":
      return null;
    case "system.int32":
    case "system.int64":
    case "system.byte":
      return convertWhole(value, name);
    case "system.double": {
      if (isWholeText(value)) return new Double(Number(value));
      const found = number(value);
      if (found === undefined) throw conversionFailure(value, "System.Double");
      return found instanceof Double ? found : new Double(Number(found));
    }
    case "system.char": {
      if (value instanceof Char) return value;
      if (typeof value === "string" && value.length === 1) return new Char(value);
      if (typeof value === "number") return new Char(String.fromCharCode(value));
      throw conversionFailure(value, "System.Char");
    }
    case "system.array":
      return [...itemsOf(value)];
    case "system.datetime": {
      if (value instanceof DateTime) return value;
      const found = typeof value === "string" ? parseDate(value) : undefined;
      if (!found) throw conversionFailure(value, "System.DateTime");
      return found;
    }
    case "system.timespan": {
      if (value instanceof TimeSpan) return value;
      const match = /^(?:(\d+)\.)?(\d+):(\d\d)(?::(\d\d)(\.\d+)?)?$/.exec(text(value));
      if (!match) throw conversionFailure(value, "System.TimeSpan");
      const [, days = "0", hours, minutes, seconds = "0", fraction = "0"] = match;
      const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
      return new TimeSpan((whole + Number(fraction)) * 1000);
    }
    case "system.management.automation.pscustomobject":
      if (value instanceof Hashtable) return new PsObject(value.entries().map(([key, item]) => [text(key), item]));
      return value;
    case "system.collections.hashtable":
      if (value instanceof Hashtable) return value;
      throw conversionFailure(value, "System.Collections.Hashtable");
    case "system.collections.specialized.ordereddictionary":
      if (value instanceof Hashtable) {
        const ordered = new Hashtable(true);
        for (const [key, item] of value.entries()) ordered.put(key, item);
        return ordered;
      }
      throw conversionFailure(value, "System.Collections.Specialized.OrderedDictionary");
    case "system.collections.arraylist":
      return new NetList("System.Collections.ArrayList", [...itemsOf(value)]);
    case "system.management.automation.scriptblock":
      if (value instanceof ScriptBlock) return value;
      throw conversionFailure(value, "System.Management.Automation.ScriptBlock");
    case "system.version": {
      const version = versionFrom(text(value));
      if (!version) throw conversionFailure(value, "System.Version");
      return version;
    }
    case "system.type":
      return value instanceof TypeValue ? value : new TypeValue(fullTypeName(text(value)));
    default:
      if (isOfType(value, type)) return value;
      // Casting calls the constructor that takes a text.
      if (name.endsWith("exception") && typeof value === "string") return new NetException(fullTypeName(type), value);
      throw new Refusal(`conversions to [${type}]`);
  }
}

const isWholeText = (value: Value): value is string => typeof value === "string" && /^\s*-?\d+\s*$/.test(value);

function convertWhole(value: Value, name: string): Value {
  const display = name === "system.int32" ? "System.Int32" : name === "system.int64" ? "System.Int64" : "System.Byte";
  const found = isWholeText(value) ? BigInt(value.trim()) : number(value);
  if (found === undefined) throw conversionFailure(value, display);
  const whole = found instanceof Double ? BigInt(roundHalfEven(found.value)) : BigInt(found);
  const [low, high] =
    name === "system.int32"
      ? [-2147483648n, 2147483647n]
      : name === "system.byte"
        ? [0n, 255n]
        : [-(2n ** 63n), 2n ** 63n - 1n];
  if (whole < low || whole > high)
    throw failure(
      "InvalidCastIConvertible",
      `Cannot convert value "${text(value)}" to type "${display}". Error: "Value was either too large or too small for ${display === "System.Byte" ? "an unsigned byte" : display === "System.Int64" ? "an Int64" : "an Int32"}."`,
      { category: "InvalidArgument: (:)", type: castException },
    );
  return name === "system.int64" ? whole : Number(whole);
}

function convertArray(value: Value, element: string, type: string): Value {
  if (element === "system.byte") {
    if (value instanceof Uint8Array) return value;
    return Uint8Array.from(itemsOf(value), (item) => Number(convertWhole(item, "system.byte")));
  }
  if (element === "system.char" && typeof value === "string") return [...value].map((char) => new Char(char));
  const name = type.replace(/\[\]$/, "");
  return value === null ? [] : [...itemsOf(value)].map((item) => convert(item, name));
}

/** Version numbers: compared part by part. */
export class Version extends NetObject {
  readonly typeName = "System.Version";
  readonly parts: readonly number[];
  constructor(parts: readonly number[]) {
    super();
    this.parts = parts;
  }
  override text(): string {
    return this.parts.join(".");
  }
  override properties(): readonly string[] {
    return ["Major", "Minor", "Build", "Revision"];
  }
  override get(name: string): Value | undefined {
    const index = ["major", "minor", "build", "revision"].indexOf(name.toLowerCase());
    return index < 0 ? undefined : (this.parts[index] ?? -1);
  }
  compare(other: Version): number {
    for (let index = 0; index < 4; index++) {
      const difference = (this.parts[index] ?? -1) - (other.parts[index] ?? -1);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

export function versionFrom(source: string): Version | undefined {
  return /^\d+(\.\d+){1,3}$/.test(source.trim()) ? new Version(source.trim().split(".").map(Number)) : undefined;
}
