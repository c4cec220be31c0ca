import { goQuote } from "@kiln/sdk";
import { convert } from "../convert/convert.ts";
import { graphemes } from "../syntax/source-text.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import type { BigFloat } from "../values/big-float.ts";
import { formatNumber } from "../values/big-float-text.ts";
import { isWhollyKnown } from "../values/marks.ts";
import { BOOL, listOf, NUMBER, STRING } from "../values/type.ts";
import { stringValue, unknownValue, Value } from "../values/value.ts";
import { anything, type Functions, text } from "./arguments.ts";
import { parseFormat, type Verb } from "./format-spec.ts";
import { ArgumentFault } from "./function.ts";
import { jsonString, jsonText } from "./json-text.ts";

/** Renders a format string; arguments are known, marks set aside. */
function render(format: string, args: readonly Value[]): string | Fault {
  const parts = parseFormat(format);
  if (parts instanceof Fault) return parts;
  let next = 1;
  let used = 0;
  let out = "";
  for (const part of parts) {
    if (typeof part === "string") {
      out += part;
      continue;
    }
    const index = part.argument ?? next;
    next = index + 1;
    used = Math.max(used, index);
    const argument = args[index - 1];
    if (!argument) {
      return new Fault(
        `not enough arguments for ${quoted(part)} at ${part.offset}: need index ${index} but have ${args.length} total`,
      );
    }
    const rendered = renderVerb(part, argument);
    if (rendered instanceof Fault) return rendered;
    out += rendered;
  }
  if (used < args.length) {
    const why = used === 0 ? "no verbs in format string" : `only ${used} used by format string`;
    return new ArgumentFault(used + 1, `too many arguments; ${why}`);
  }
  return out;
}

const quoted = (verb: Verb): string => goQuote(verb.raw);

function unsupported(verb: Verb, why: string): Fault {
  return new Fault(`unsupported value for ${quoted(verb)} at ${verb.offset}: ${why}`);
}

function renderVerb(verb: Verb, value: Value): string | Fault {
  if (verb.letter === "v") return renderAny(verb, value);
  if (!/[tbdoxXeEfgGsq]/.test(verb.letter)) {
    return new Fault(`unsupported format verb '${verb.letter}' in ${quoted(verb)} at offset ${verb.offset}`);
  }
  if (value.isNull) return unsupported(verb, "null value cannot be formatted");
  const type = verb.letter === "t" ? BOOL : /[sq]/.test(verb.letter) ? STRING : NUMBER;
  const wanted = convert(value, type);
  if (wanted instanceof Fault) return unsupported(verb, wanted.message);
  if (verb.letter === "t") return pad(wanted.raw === true ? "true" : "false", verb);
  if (verb.letter === "s") return pad(cut(wanted.text, verb), verb);
  if (verb.letter === "q") return pad(jsonString(cut(wanted.text, verb)), verb);
  const n = wanted.raw as BigFloat;
  if (/[bdoxX]/.test(verb.letter)) {
    return n.isWhole ? integer(verb, n.truncate() ?? 0n) : unsupported(verb, "an integer is required");
  }
  return float(verb, n);
}

/** `%v`: what suits the type; `%#v`: JSON. */
function renderAny(verb: Verb, value: Value): string | Fault {
  const { kind } = value.type;
  if (!verb.sharp && !value.isNull) {
    if (kind === "string") return pad(cut(value.text, verb), verb);
    if (kind === "number") return float({ ...verb, letter: "g", precision: undefined }, value.raw as BigFloat);
    if (kind === "bool") return pad(value.raw === true ? "true" : "false", verb);
  }
  const json = jsonText(value);
  return json instanceof Fault ? unsupported(verb, json.message) : pad(json, verb);
}

function cut(text: string, verb: Verb): string {
  return verb.precision === undefined ? text : graphemes(text).slice(0, verb.precision).join("");
}

function pad(text: string, verb: Verb): string {
  if (verb.width === undefined) return text;
  const missing = verb.width - graphemes(text).length;
  if (missing <= 0) return text;
  return verb.minus ? text + " ".repeat(missing) : (verb.zero ? "0" : " ").repeat(missing) + text;
}

const BASES: Readonly<Record<string, readonly [number, string]>> = {
  b: [2, "0b"],
  d: [10, ""],
  o: [8, "0"],
  x: [16, "0x"],
  X: [16, "0X"],
};

/** As Go's big.Int formats itself. */
function integer(verb: Verb, n: bigint): string {
  const [base, prefix] = BASES[verb.letter] ?? [10, ""];
  const magnitude = (n < 0n ? -n : n).toString(base);
  let digits = verb.letter === "X" ? magnitude.toUpperCase() : magnitude;
  const sign = n < 0n ? "-" : verb.plus ? "+" : verb.space ? " " : "";
  const lead = sign + (verb.sharp ? prefix : "");
  if (verb.precision !== undefined) {
    if (verb.precision === 0 && n === 0n) return "";
    digits = digits.padStart(verb.precision, "0");
  }
  const room = (verb.width ?? 0) - lead.length - digits.length;
  if (room <= 0) return lead + digits;
  if (verb.minus) return lead + digits + " ".repeat(room);
  if (verb.zero && verb.precision === undefined) return lead + "0".repeat(room) + digits;
  return " ".repeat(room) + lead + digits;
}

/** As Go's big.Float formats itself. */
function float(verb: Verb, n: BigFloat): string {
  const letter = verb.letter as "e" | "f" | "g" | "E" | "G";
  const general = letter === "g" || letter === "G";
  const body = formatNumber(n, letter, verb.precision ?? (general ? -1 : 6));
  const signed = body.startsWith("-") || body.startsWith("+");
  const digits = signed ? body.slice(1) : body;
  const sign = body.startsWith("-") ? "-" : signed ? (verb.space ? " " : "+") : verb.plus ? "+" : verb.space ? " " : "";
  const room = (verb.width ?? 0) - sign.length - digits.length;
  if (room <= 0) return sign + digits;
  if (verb.zero && !n.infinite) return sign + "0".repeat(room) + digits;
  return verb.minus ? sign + digits + " ".repeat(room) : " ".repeat(room) + sign + digits;
}

function format([pattern, ...args]: readonly Value[]): Outcome {
  if (!pattern?.isKnown || !args.every(isWhollyKnown)) return unknownValue(STRING);
  const rendered = render(pattern.text, args);
  return rendered instanceof Fault ? rendered : stringValue(rendered);
}

/** The format applied to the elements of lists, single values repeated. */
function formatList([pattern, ...args]: readonly Value[]): Outcome {
  const type = listOf(STRING);
  let rows: number | undefined;
  let owner = 0;
  let waiting = false;
  const columns: { readonly list: boolean; readonly value: Value }[] = [];
  for (const [i, value] of args.entries()) {
    const kind = value.type.kind;
    const list = (kind === "list" || kind === "tuple" || kind === "set") && !value.isNull;
    columns.push({ list, value });
    if (!value.isKnown || (kind === "set" && !isWhollyKnown(value))) waiting ||= list || kind === "dynamic";
    const length = value.type.kind === "tuple" ? value.type.elements.length : value.items.length;
    if (!list || (!value.isKnown && kind !== "tuple")) continue;
    if (rows !== undefined && rows !== length) {
      return new ArgumentFault(
        i + 1,
        `argument ${i + 1} has length ${length}, which is inconsistent with argument ${owner + 1} of length ${rows}`,
      );
    }
    if (rows === undefined) owner = i;
    rows = length;
  }
  if (waiting || !pattern?.isKnown) return unknownValue(type);
  const count = rows ?? 1;
  const made: Value[] = [];
  for (let row = 0; row < count; row++) {
    const values = columns.map(({ list, value }) => (list ? (value.items[row] ?? value) : value));
    if (!values.every(isWhollyKnown)) {
      made.push(unknownValue(STRING, { notNull: true }));
      continue;
    }
    const rendered = render(pattern.text, values);
    if (rendered instanceof Fault) {
      return args.length === 0 ? rendered : new Fault(`error on format iteration ${row}: ${rendered.message}`);
    }
    made.push(stringValue(rendered));
  }
  return new Value(type, made);
}

const open = { allowUnknown: true, allowDynamic: true, allowNull: true } as const;

export const formatFunctions: Functions = {
  format: {
    parameters: [text("format")],
    variadic: anything("args", open),
    returns: STRING,
    notNull: true,
    call: format,
  },
  formatlist: {
    parameters: [text("format")],
    variadic: anything("args", open),
    returns: listOf(STRING),
    notNull: true,
    call: formatList,
  },
};
