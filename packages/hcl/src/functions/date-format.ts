import { goQuote } from "@kiln/sdk";
import { Fault } from "../values/arithmetic.ts";
import { type CivilTime, MONTHS, offsetText, two, WEEKDAYS } from "./civil-time.ts";

const bad = (verb: string, why?: string): Fault =>
  new Fault(`invalid date format verb ${goQuote(verb)}${why === undefined ? "" : `: ${why}`}`);

/** A date in the notation of `formatdate`: runs of one letter are verbs, quotes hold literal text. */
export function formatDate(format: string, t: CivilTime): string | Fault {
  let out = "";
  for (let i = 0; i < format.length; ) {
    const c = format[i] as string;
    if (c === "'") {
      const literal = quoted(format, i);
      if (literal instanceof Fault) return literal;
      out += literal.text;
      i = literal.end;
    } else if (/[A-Za-z]/.test(c)) {
      let end = i;
      while (format[end] === c) end++;
      const made = verb(format.slice(i, end), t);
      if (made instanceof Fault) return made;
      out += made;
      i = end;
    } else {
      out += c;
      i++;
    }
  }
  return out;
}

/**
 * Literal text in quotes, a doubled quote standing for one. A literal that ends the format is lost, as it is in cty, whose
 * scanner waits for one more character to tell a closing quote from a doubled one.
 */
function quoted(format: string, start: number): { readonly text: string; readonly end: number } | Fault {
  if (format.startsWith("''", start)) return { text: "'", end: start + 2 };
  let text = "";
  for (let i = start + 1; i < format.length; i++) {
    if (format[i] !== "'") text += format[i];
    else if (i + 1 === format.length) return { text: "", end: i + 1 };
    else if (format[i + 1] === "'") {
      text += "'";
      i++;
    } else return { text, end: i + 1 };
  }
  return text.endsWith("'") ? { text, end: format.length } : new Fault("unterminated literal '");
}

function verb(v: string, t: CivilTime): string | Fault {
  const n = v.length;
  const numeric = (value: number, name: string): string | Fault =>
    n === 1
      ? String(value)
      : n === 2
        ? two(value)
        : bad(v, `${name} must either be ${goQuote(v[0] ?? "")} or ${goQuote((v[0] ?? "").repeat(2))}`);
  const hour12 = t.hour % 12 === 0 ? 12 : t.hour % 12;
  switch (v[0]) {
    case "Y":
      if (n === 2) return two(t.year % 100);
      return n === 4 ? String(t.year).padStart(4, "0") : bad(v, 'year must either be "YY" or "YYYY"');
    case "M": {
      const name = MONTHS[t.month - 1] ?? "";
      if (n === 1) return String(t.month);
      if (n === 2) return two(t.month);
      if (n === 3) return name.slice(0, 3);
      return n === 4 ? name : bad(v, 'month must be "M", "MM", "MMM", or "MMMM"');
    }
    case "D":
      return n === 1 ? String(t.day) : n === 2 ? two(t.day) : bad(v, 'day of month must either be "D" or "DD"');
    case "E": {
      const name = WEEKDAYS[t.weekday] ?? "";
      if (n === 3) return name.slice(0, 3);
      return n === 4 ? name : bad(v, 'day of week must either be "EEE" or "EEEE"');
    }
    case "h":
      return n === 1 ? String(t.hour) : n === 2 ? two(t.hour) : bad(v, '24-hour must either be "h" or "hh"');
    case "H":
      return n === 1 ? String(hour12) : n === 2 ? two(hour12) : bad(v, '12-hour must either be "H" or "HH"');
    case "A":
      return n === 2 ? (t.hour < 12 ? "AM" : "PM") : bad(v, 'must be "AA"');
    case "a":
      return n === 2 ? (t.hour < 12 ? "am" : "pm") : bad(v, 'must be "aa"');
    case "m":
      return numeric(t.minute, "minute");
    case "s":
      return numeric(t.second, "second");
    case "Z":
      return zone(v, t);
    default:
      return bad(v);
  }
}

function zone(v: string, t: CivilTime): string | Fault {
  switch (v.length) {
    case 1:
      return t.offset === 0 ? "Z" : offsetText(t.offset, ":");
    case 3:
      return t.offset === 0 ? "UTC" : offsetText(t.offset, "");
    case 4:
      return offsetText(t.offset, "");
    case 5:
      return offsetText(t.offset, ":");
    default:
      return bad(v, "timezone must be Z, ZZZZ, or ZZZZZ");
  }
}
