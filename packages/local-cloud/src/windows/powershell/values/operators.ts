import { Refusal } from "../../system/refusal.ts";
import { wildcard } from "../../system/windows-path.ts";
import { integer } from "../syntax/numbers.ts";
import { add, arithmetic, bits, multiply, type Numeric, numeric, range, subtract } from "./arithmetic.ts";
import { Hashtable } from "./collections.ts";
import { convert, itemsOf, listOf, number, text, truth, Version, versionFrom } from "./convert.ts";
import { DateTime, TimeSpan } from "./date-time.ts";
import { Char, Decimal, Double } from "./double.ts";
import { failure, TerminatingError } from "./errors.ts";
import { formatText } from "./format.ts";
import { parseDate } from "./read-dates.ts";
import { matchesTable, regexFrom, replacementFrom } from "./regex.ts";
import { TypeValue } from "./script-block.ts";
import { isOfType, typeOf } from "./types.ts";
import { isArray, type Value } from "./value.ts";

/** What operators report besides their value. */
export interface OperatorEffects {
  setMatches(table: Hashtable): void;
}

/** A binary operator that evaluates both sides. */
export function binary(operator: string, left: Value, right: Value, effects: OperatorEffects): Value {
  switch (operator) {
    case "+":
      return add(left, right);
    case "-":
      return subtract(left, right);
    case "*":
      return multiply(left, right);
    case "/":
    case "%":
      return arithmetic(operator, numeric(left, operator), numeric(right, operator));
    case "-f":
      return formatText(text(left), isArray(right) ? right : [right]);
    case "..":
      return range(left, right);
    case "-band":
    case "-bor":
    case "-bxor":
    case "-shl":
    case "-shr":
      return bits(operator, left, right);
    case "-xor":
      return truth(left) !== truth(right);
    case "-is":
      return isOfType(left, right instanceof TypeValue ? right.name : text(right));
    case "-isnot":
      return !isOfType(left, right instanceof TypeValue ? right.name : text(right));
    case "-as":
      try {
        return convert(left, right instanceof TypeValue ? right.name : text(right));
      } catch (error) {
        if (error instanceof TerminatingError) return null;
        throw error;
      }
    case "-join":
      return (listOf(left) ?? [left]).map((item) => text(item)).join(text(right));
    default:
      return comparison(operator, left, right, effects);
  }
}

/** `-not`, `!`, `-`, `+`, `-bnot`, `-join`, `-split`, `,`. */
export function unary(operator: string, operand: Value): Value {
  switch (operator) {
    case "-not":
    case "!":
      return !truth(operand);
    case "-":
      return arithmetic("-", 0, numeric(operand, "-"));
    case "+":
      return numeric(operand, "+");
    case "-bnot": {
      const found = numeric(operand, "-bnot");
      return integer(~BigInt(found instanceof Double ? Math.trunc(found.value) : found));
    }
    case "-join":
      return itemsOf(operand)
        .map((item) => text(item))
        .join("");
    case ",":
      return [operand];
    case "-split":
    case "-isplit":
    case "-csplit":
      return itemsOf(operand).flatMap((item) => text(item).trim().split(/\s+/));
    default:
      throw new Refusal(`the operator ${operator}`);
  }
}

/** Comparisons; with a list on the left they select from it. */
function comparison(operator: string, left: Value, right: Value, effects: OperatorEffects): Value {
  const match = /^-([ci])?(\w+)$/.exec(operator);
  const bare = operator.slice(1);
  // `-contains`, `-in`, `-is` begin with letters that are no case marks.
  const known = /^(?:eq|ne|gt|ge|lt|le|like|notlike|match|notmatch|contains|notcontains|in|notin|replace|split)$/;
  const name = known.test(bare) ? bare : (match?.[2] ?? bare);
  const isSensitive = !known.test(bare) && match?.[1] === "c";
  switch (name) {
    case "contains":
      return itemsOrSelf(left).some((item) => equals(item, right, isSensitive));
    case "notcontains":
      return !itemsOrSelf(left).some((item) => equals(item, right, isSensitive));
    case "in":
      return itemsOrSelf(right).some((item) => equals(item, left, isSensitive));
    case "notin":
      return !itemsOrSelf(right).some((item) => equals(item, left, isSensitive));
    case "replace":
      return replace(left, right, isSensitive);
    case "split":
      return itemsOrSelf(left).flatMap((item) => split(text(item), right, isSensitive));
    default:
      break;
  }
  const test = (item: Value): boolean => compareOne(name, item, right, isSensitive, effects, left);
  const items = listOf(left);
  if (items !== undefined) return items.filter((item) => test(item));
  return test(left);
}

function itemsOrSelf(value: Value): readonly Value[] {
  return listOf(value) ?? [value];
}

function compareOne(
  name: string,
  item: Value,
  right: Value,
  isSensitive: boolean,
  effects: OperatorEffects,
  whole: Value,
): boolean {
  switch (name) {
    case "eq":
      return equals(item, right, isSensitive);
    case "ne":
      return !equals(item, right, isSensitive);
    case "gt":
      return compare(item, right, isSensitive) > 0;
    case "ge":
      return compare(item, right, isSensitive) >= 0;
    case "lt":
      return compare(item, right, isSensitive) < 0;
    case "le":
      return compare(item, right, isSensitive) <= 0;
    case "like":
    case "notlike": {
      const pattern = wildcard(text(right));
      const found = (isSensitive ? new RegExp(pattern.source) : pattern).test(text(item));
      return found === (name === "like");
    }
    case "match":
    case "notmatch": {
      const found = regexFrom(text(right), isSensitive ? "" : "i").exec(text(item));
      if (found && listOf(whole) === undefined) effects.setMatches(matchesTable(found));
      return (found !== null) === (name === "match");
    }
    default:
      throw new Refusal(`the operator -${name}`);
  }
}

/** `-eq`: the right side becomes what the left one is. */
export function equals(left: Value, right: Value, isSensitive = false): boolean {
  if (left === null || right === null) return left === right;
  if (left instanceof Decimal) return left.refuse();
  if (typeof left === "string" || left instanceof Char) {
    const [a, b] = [text(left), text(right)];
    return isSensitive ? a === b : a.toLowerCase() === b.toLowerCase();
  }
  if (typeof left === "boolean") return left === truth(right);
  if (typeof left === "number" || typeof left === "bigint" || left instanceof Double) {
    const other = number(right);
    if (other === undefined) return false;
    return toFloat(left) === toFloat(other);
  }
  if (left instanceof Version || left instanceof DateTime || left instanceof TimeSpan)
    return compare(left, right, isSensitive) === 0;
  if (left instanceof TypeValue && right instanceof TypeValue)
    return left.name.toLowerCase() === right.name.toLowerCase();
  if (left === right) return true;
  return (
    typeof right === "string" &&
    !isArray(left) &&
    !(left instanceof Uint8Array) &&
    !(left instanceof Hashtable) &&
    text(left).toLowerCase() === right.toLowerCase()
  );
}

function toFloat(value: Numeric): number | bigint {
  if (value instanceof Double) return value.value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value);
}

/** Less than, equal to or more than zero. Throws where the two cannot be compared. */
export function compare(left: Value, right: Value, isSensitive = false): number {
  if (left === null || right === null) {
    // Null is less than anything but zero-like numbers, which it equals.
    if (left === null && right === null) return 0;
    const other = left === null ? number(right) : number(left);
    if (other !== undefined && typeof (left ?? right) !== "string")
      return (left === null ? -1 : 1) * Math.sign(Number(toFloat(other)));
    return left === null ? -1 : 1;
  }
  if (typeof left === "string" || left instanceof Char) return compareText(text(left), text(right), isSensitive);
  if (left instanceof Version) {
    const other = right instanceof Version ? right : versionFrom(text(right));
    if (other) return left.compare(other);
  }
  if (left instanceof DateTime) {
    const other = right instanceof DateTime ? right : parseDate(text(right));
    if (other) return left.ms - other.ms;
  }
  if (left instanceof TimeSpan && right instanceof TimeSpan) return left.ms - right.ms;
  const [a, b] = [number(left), number(right)];
  if (a === undefined || b === undefined) {
    if (typeof right === "string" && a !== undefined)
      throw failure(
        "ComparisonFailure",
        `Could not compare "${text(left)}" to "${right}". Error: "Cannot convert value "${right}" to type "${typeOf(left)}". Error: "Input string was not in a correct format.""`,
      );
    throw failure("NotIcomparable", `Cannot compare "${text(left)}" because it is not IComparable.`);
  }
  const [x, y] = [toFloat(a), toFloat(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

const collator = new Intl.Collator("en-US", { sensitivity: "accent" });
const exactCollator = new Intl.Collator("en-US");
/** The order of words, as Sort-Object and `-lt` have it. */
export function compareText(left: string, right: string, isSensitive: boolean): number {
  return (isSensitive ? exactCollator : collator).compare(left, right);
}

function replace(left: Value, right: Value, isSensitive: boolean): Value {
  const [pattern = null, by = null] = isArray(right) ? right : [right];
  if (
    by !== null &&
    typeof by === "object" &&
    !isArray(by) &&
    !(by instanceof Uint8Array) &&
    by.typeName.endsWith("ScriptBlock")
  )
    throw new Refusal("-replace with a script block");
  const one = (item: Value): string =>
    text(item).replace(regexFrom(text(pattern), isSensitive ? "g" : "gi"), replacementFrom(text(by)));
  return listOf(left) === undefined ? one(left) : itemsOf(left).map(one);
}

function split(whole: string, right: Value, isSensitive: boolean): string[] {
  const [separator = null, most = 0, options = ""] = isArray(right) ? right : [right];
  if (
    typeof separator !== "string" &&
    separator !== null &&
    typeof separator === "object" &&
    !(separator instanceof Char)
  )
    throw new Refusal("-split with a script block");
  const isSimple = /simplematch/i.test(text(options));
  if (text(options) !== "" && !isSimple && !/ignorecase|regexmatch/i.test(text(options)))
    throw new Refusal(`-split with ${text(options)}`);
  const source = isSimple ? text(separator).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : text(separator);
  const expression = regexFrom(source, isSensitive ? "g" : "gi");
  return splitText(whole, expression, Number(convert(most, "int")));
}

/** Regex.Split: what is between the matches, and what their groups caught; into at most so many parts where `limit` is not 0. */
export function splitText(whole: string, expression: RegExp, limit = 0): string[] {
  const parts: string[] = [];
  let [from, cuts] = [0, 0];
  // Where nothing separates, that counts at both ends too.
  for (const match of whole.matchAll(expression)) {
    if (limit > 0 && ++cuts >= limit) break;
    parts.push(whole.slice(from, match.index), ...match.slice(1).filter((group) => group !== undefined));
    from = match.index + match[0].length;
  }
  parts.push(whole.slice(from));
  return parts;
}
