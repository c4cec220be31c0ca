import { BigFloat } from "../values/big-float.ts";
import { numberText } from "../values/big-float-text.ts";
import type { Value } from "../values/value.ts";

const WIDTH = 80;
/** What YAML's emitter calls printable: not tabs, returns, or anything beyond the first plane. */
const UNPRINTABLE = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/**
 * A wholly known value as YAML the way go-cty-yaml writes it: strings in double quotes, or as block literals when they have
 * several lines; keys in order; sequences not indented inside mappings.
 */
export function yamlText(value: Value): string {
  const out = node(value, 0, "");
  const plain = value.isNull || typeof value.raw === "boolean" || value.raw instanceof BigFloat;
  return plain ? `${out}\n...\n` : out.endsWith("\n") ? out : `${out}\n`;
}

/** The text of a node whose first line goes where we are; `column` texts such as `- ` precede it on that line. */
function node(value: Value, indent: number, lead: string): string {
  const { raw } = value;
  if (raw === null) return "null";
  if (typeof raw === "boolean") return raw ? "true" : "false";
  if (raw instanceof BigFloat) return numberText(raw);
  if (typeof raw === "string") return scalar(raw, indent, lead);
  if (raw instanceof Map) return value.entries.size === 0 ? "{}" : mapping(value, indent);
  return value.items.length === 0 ? "[]" : sequence(value, indent);
}

const isCompound = (v: Value): boolean =>
  (v.raw instanceof Map && v.raw.size > 0) || (Array.isArray(v.raw) && v.items.length > 0);

function sequence(value: Value, indent: number): string {
  const pad = " ".repeat(indent);
  return value.items
    .map((item, i) => {
      const text = node(item, indent + 2, `${pad}- `);
      return `${i === 0 ? "" : pad}- ${text}${text.endsWith("\n") ? "" : "\n"}`;
    })
    .join("");
}

function mapping(value: Value, indent: number): string {
  const pad = " ".repeat(indent);
  let first = true;
  let out = "";
  for (const [name, item] of value.entries) {
    out += first ? "" : pad;
    first = false;
    const simple = !name.includes("\n") && name.length <= 124;
    const key = simple ? `${quoted(name, -100_000, indent)}:` : `? ${ended(scalar(name, indent + 2, pad))}${pad}:`;
    if (!isCompound(item)) {
      out += `${key} ${ended(node(item, indent + 2, `${pad}${key} `))}`;
    } else if (item.raw instanceof Map) {
      const inner = indent + 2;
      out += `${key}\n${" ".repeat(inner)}${mapping(item, inner)}`;
    } else {
      out += `${key}\n${pad}${sequence(item, indent)}`;
    }
  }
  return out;
}

const ended = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);

function scalar(text: string, indent: number, lead: string): string {
  const literal = text.includes("\n") && !UNPRINTABLE.test(text) && !/ (\n|$)/.test(text);
  return literal ? block(text, indent) : quoted(text, lead.length, Math.max(indent, 2));
}

function block(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const chomp = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const pad = " ".repeat(Math.max(indent, 2));
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  const body = lines.map((line) => (line === "" ? "" : pad + line)).join("\n");
  return `|${hint}${chomp}\n${body}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

/** In double quotes, broken at blanks once a line is longer than YAML's 80 columns. */
function quoted(text: string, column: number, indent: number): string {
  const letters = Array.from(text);
  let out = '"';
  let at = column + 1;
  let afterBlank = false;
  for (const [i, c] of letters.entries()) {
    const escape = ESCAPES[c] ?? (UNPRINTABLE.test(c) || c === "\ufeff" ? hex(c) : undefined);
    if (escape !== undefined) {
      out += escape;
      at += escape.length;
      afterBlank = false;
    } else if (c === " ") {
      const middle = i > 0 && i < letters.length - 1;
      if (middle && !afterBlank && at > WIDTH) {
        out += `\n${" ".repeat(indent)}`;
        at = indent;
        if (letters[i + 1] === " ") {
          out += "\\";
          at++;
        }
      } else {
        out += " ";
        at++;
      }
      afterBlank = true;
    } else {
      out += c;
      at++;
      afterBlank = false;
    }
  }
  return `${out}"`;
}

function hex(c: string): string {
  const code = c.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${digits.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}
