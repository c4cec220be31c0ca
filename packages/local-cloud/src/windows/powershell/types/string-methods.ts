import { convert, count, itemsOf, text } from "../values/convert.ts";
import { Char } from "../values/double.ts";
import { checkRoom, methodFailure } from "../values/errors.ts";
import { compareText } from "../values/operators.ts";
import type { Value } from "../values/value.ts";

/** A method of System.String; undefined where there is none of that name. */
export function stringMethod(whole: string, name: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null] = args;
  const ignoresCase = args.some((one) => /ignorecase/i.test(text(one)));
  const plain = (value: string): string => (ignoresCase ? value.toLowerCase() : value);
  switch (name) {
    case "trim":
      return trimmed(trimmed(whole, args, "start"), args, "end");
    case "trimstart":
      return trimmed(whole, args, "start");
    case "trimend":
      return trimmed(whole, args, "end");
    case "toupper":
    case "toupperinvariant":
      return whole.toUpperCase();
    case "tolower":
    case "tolowerinvariant":
      return whole.toLowerCase();
    case "substring":
      return substring(whole, args);
    case "replace":
      return text(first) === "" ? throwEmpty() : whole.replaceAll(text(first), text(second).replaceAll("$", "$$$$"));
    case "split":
      return split(whole, args);
    case "contains":
      return whole.includes(text(first));
    case "startswith":
      return plain(whole).startsWith(plain(text(first)));
    case "endswith":
      return plain(whole).endsWith(plain(text(first)));
    case "indexof": {
      const from = typeof second === "number" ? second : 0;
      within(from >= 0 && from <= whole.length, name, args, outside, "startIndex");
      return plain(whole).indexOf(plain(text(first)), from);
    }
    case "lastindexof":
      return plain(whole).lastIndexOf(plain(text(first)));
    case "indexofany": {
      const found = itemsOf(first)
        .map((char) => whole.indexOf(text(char)))
        .filter((at) => at >= 0);
      return found.length === 0 ? -1 : Math.min(...found);
    }
    case "padleft":
    case "padright": {
      const width = count(first);
      checkRoom(width);
      const fill = second === null ? " " : text(second);
      within(width >= 0, name, args, "Non-negative number required.", "totalWidth");
      return name === "padleft" ? whole.padStart(width, fill) : whole.padEnd(width, fill);
    }
    case "insert": {
      const at = count(first);
      within(at >= 0 && at <= whole.length, name, args, outside, "startIndex");
      return whole.slice(0, at) + text(second) + whole.slice(at);
    }
    case "remove": {
      const at = count(first);
      within(at >= 0, name, args, "StartIndex cannot be less than zero.", "startIndex");
      if (args.length === 1) {
        within(at < whole.length, name, args, "startIndex must be less than length of string.", "startIndex");
        return whole.slice(0, at);
      }
      const length = count(second);
      const inside = length >= 0 && at + length <= whole.length;
      within(inside, name, args, "Index and count must refer to a location within the string.", "count");
      return whole.slice(0, at) + whole.slice(at + length);
    }
    case "tochararray":
      return Array.from({ length: whole.length }, (_, index) => new Char(whole[index] ?? ""));
    case "equals":
      return plain(whole) === plain(text(first));
    case "compareto":
      return Math.sign(compareText(whole, text(first), true));
    case "chars": {
      const char = whole[count(first)];
      if (char === undefined)
        throw methodFailure(
          "Chars",
          1,
          "System.IndexOutOfRangeException",
          "Index was outside the bounds of the array.",
        );
      return new Char(char);
    }
    case "tostring":
    case "clone":
    case "normalize":
      return name === "normalize" ? whole.normalize() : whole;
    default:
      return undefined;
  }
}

const outside = "Index was out of range. Must be non-negative and less than the size of the collection.";
const properNames: Readonly<Record<string, string>> = {
  padleft: "PadLeft",
  padright: "PadRight",
  insert: "Insert",
  remove: "Remove",
  indexof: "IndexOf",
};
/** Fails where an argument lies outside of what the method takes. */
function within(isInside: boolean, name: string, args: readonly Value[], problem: string, parameter: string): void {
  if (isInside) return;
  const message = `${problem}\r\nParameter name: ${parameter}`;
  throw methodFailure(properNames[name] ?? name, args.length, "System.ArgumentOutOfRangeException", message);
}

function throwEmpty(): never {
  throw methodFailure(
    "Replace",
    2,
    "System.ArgumentException",
    "String cannot be of zero length.\r\nParameter name: oldValue",
  );
}

function trimmed(whole: string, args: readonly Value[], side: "start" | "end"): string {
  if (args.length === 0) return side === "start" ? whole.trimStart() : whole.trimEnd();
  const chars = new Set(args.flatMap((one) => itemsOf(one)).flatMap((one) => [...text(one)]));
  let [from, to] = [0, whole.length];
  if (side === "start") while (from < to && chars.has(whole[from] ?? "")) from++;
  else while (to > from && chars.has(whole[to - 1] ?? "")) to--;
  return whole.slice(from, to);
}

function substring(whole: string, args: readonly Value[]): string {
  const from = count(args[0] ?? null);
  const length = args.length > 1 ? count(args[1] ?? null) : whole.length - from;
  if (from < 0 || from > whole.length)
    throw methodFailure(
      "Substring",
      args.length,
      "System.ArgumentOutOfRangeException",
      "startIndex cannot be larger than length of string.\r\nParameter name: startIndex",
    );
  if (length < 0 || from + length > whole.length)
    throw methodFailure(
      "Substring",
      args.length,
      "System.ArgumentOutOfRangeException",
      "Index and length must refer to a location within the string.\r\nParameter name: length",
    );
  return whole.slice(from, from + length);
}

/** `Split` takes characters, each a separator, or texts with options. */
function split(whole: string, args: readonly Value[]): Value[] {
  const options = args.find((one) => /^(?:None|RemoveEmptyEntries)$/i.test(text(one)) && args.indexOf(one) > 0);
  const most = args.slice(1).find((one) => typeof one === "number");
  const [separators = null] = args;
  const isList = Array.isArray(separators);
  const wanted = isList ? separators.map((one) => text(one)) : [...text(separators)];
  // A single text without options is taken as its characters, as the .NET Framework's overloads have it.
  const marks = wanted.length === 0 ? [" ", "\t", "\r", "\n"] : wanted.filter((one) => one !== "");
  const limit = most === undefined ? Number.POSITIVE_INFINITY : Number(convert(most, "int"));
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < whole.length && parts.length < limit - 1; ) {
    const mark = marks.find((one) => whole.startsWith(one, at));
    if (mark === undefined) {
      at++;
      continue;
    }
    parts.push(whole.slice(from, at));
    at += mark.length;
    from = at;
  }
  parts.push(whole.slice(from));
  return options !== undefined && /RemoveEmpty/i.test(text(options)) ? parts.filter((part) => part !== "") : parts;
}
