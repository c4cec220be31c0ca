import { convert, count, itemsOf, text } from "../values/convert.ts";
import { Char } from "../values/double.ts";
import { methodFailure } from "../values/errors.ts";
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
    case "indexof":
      return plain(whole).indexOf(plain(text(first)), typeof second === "number" ? second : 0);
    case "lastindexof":
      return plain(whole).lastIndexOf(plain(text(first)));
    case "indexofany": {
      const found = itemsOf(first)
        .map((char) => whole.indexOf(text(char)))
        .filter((at) => at >= 0);
      return found.length === 0 ? -1 : Math.min(...found);
    }
    case "padleft":
      return whole.padStart(count(first), second === null ? " " : text(second));
    case "padright":
      return whole.padEnd(count(first), second === null ? " " : text(second));
    case "insert":
      return whole.slice(0, count(first)) + text(second) + whole.slice(count(first));
    case "remove":
      return whole.slice(0, count(first)) + (args.length > 1 ? whole.slice(count(first) + count(second)) : "");
    case "tochararray":
      return Array.from({ length: whole.length }, (_, index) => new Char(whole[index] ?? ""));
    case "equals":
      return plain(whole) === plain(text(first));
    case "compareto":
      return Math.sign(compareText(whole, text(first), true));
    case "chars":
      return new Char(whole[count(first)] ?? "");
    case "tostring":
    case "clone":
    case "normalize":
      return name === "normalize" ? whole.normalize() : whole;
    default:
      return undefined;
  }
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
