import { toBytes } from "../go/go-string.ts";
import type { Zone } from "./civil.ts";
import { daysFromCivil, daysIn, utc } from "./civil.ts";

const layout = "2006-01-02T15:04:05Z07:00";

/** A time read from text, or Go's message about it. */
export type ParsedTime =
  | { readonly ok: true; readonly unixNanoseconds: bigint; readonly zone: Zone }
  | { readonly ok: false; readonly message: string };

class TimeProblem extends Error {
  static {
    this.prototype.name = "TimeProblem";
  }
}

function quoted(bytes: string): string {
  const escaped = bytes.replace(/[\0-\x1f\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return `"${escaped.replace(/(["])/g, "\\$1")}"`;
}

/** Reads from the front, one part of the layout at a time. */
class Reader {
  readonly #all: string;
  rest: string;

  constructor(all: string) {
    this.#all = all;
    this.rest = all;
  }

  bad(element: string, at = this.rest): never {
    throw new TimeProblem(
      `parsing time ${quoted(this.#all)} as ${quoted(layout)}: cannot parse ${quoted(at)} as ${quoted(element)}`,
    );
  }

  outOfRange(what: string): never {
    throw new TimeProblem(`parsing time ${quoted(this.#all)}: ${what} out of range`);
  }

  end(): void {
    if (this.rest !== "") {
      throw new TimeProblem(`parsing time ${quoted(this.#all)}: extra text: ${quoted(this.rest)}`);
    }
  }

  literal(text: string): void {
    if (!this.rest.startsWith(text)) this.bad(text);
    this.rest = this.rest.slice(text.length);
  }

  number(pattern: RegExp, element: string): number {
    const digits = pattern.exec(this.rest)?.[0];
    if (digits === undefined) return this.bad(element);
    this.rest = this.rest.slice(digits.length);
    return Number(digits);
  }

  /** Nanoseconds, when a fraction follows; a comma will do. */
  fraction(): number {
    const match = /^[.,]([0-9]+)/.exec(this.rest);
    if (!match) return 0;
    this.rest = this.rest.slice(match[0].length);
    return Number((match[1] ?? "").slice(0, 9).padEnd(9, "0"));
  }

  zone(): Zone {
    if (this.rest.startsWith("Z")) {
      this.rest = this.rest.slice(1);
      return utc;
    }
    const element = "Z07:00";
    const text = this.rest.slice(0, 6);
    if (text.length < 6 || text[3] !== ":") this.bad(element);
    const hours = /^[0-9]{2}$/.test(text.slice(1, 3)) ? Number(text.slice(1, 3)) : undefined;
    const minutes = /^[0-9]{2}$/.test(text.slice(4, 6)) ? Number(text.slice(4, 6)) : undefined;
    if ((hours ?? 0) > 24) this.outOfRange("time zone offset hour");
    if (hours !== undefined && (minutes ?? 0) > 60) this.outOfRange("time zone offset minute");
    if (hours === undefined || minutes === undefined || !/^[+-]/.test(text)) return this.bad(element);
    this.rest = this.rest.slice(6);
    const offset = (hours * 60 + minutes) * 60;
    return offset === 0 ? utc : { offsetSeconds: text.startsWith("-") ? -offset : offset };
  }
}

function read(reader: Reader): { readonly unixNanoseconds: bigint; readonly zone: Zone } {
  if (!/^[0-9]{4}/.test(reader.rest)) reader.bad("2006");
  const year = reader.number(/^[0-9]{4}/, "2006");
  reader.literal("-");
  const month = reader.number(/^[0-9]{2}/, "01");
  if (month < 1 || month > 12) reader.outOfRange("month");
  reader.literal("-");
  const day = reader.number(/^[0-9]{2}/, "02");
  reader.literal("T");
  const hour = reader.number(/^[0-9]{1,2}/, "15");
  if (hour > 23) reader.outOfRange("hour");
  reader.literal(":");
  const minute = reader.number(/^[0-9]{2}/, "04");
  if (minute > 59) reader.outOfRange("minute");
  reader.literal(":");
  const second = reader.number(/^[0-9]{2}/, "05");
  if (second > 59) reader.outOfRange("second");
  const nanosecond = reader.fraction();
  const zone = reader.zone();
  reader.end();
  if (day < 1 || day > daysIn(year, month)) reader.outOfRange("day");
  const seconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - zone.offsetSeconds;
  return { unixNanoseconds: BigInt(seconds) * 1_000_000_000n + BigInt(nanosecond), zone };
}

/** Reads a time such as `2024-03-05T14:07:09+02:00`, as leniently as Go's `time.Parse(time.RFC3339, …)` does. */
export function parseRfc3339(text: string): ParsedTime {
  // One character per byte, as Go cuts.
  const bytes = Array.from(toBytes(text), (byte) => String.fromCharCode(byte)).join("");
  try {
    return { ok: true, ...read(new Reader(bytes)) };
  } catch (error) {
    if (!(error instanceof TimeProblem)) throw error;
    return { ok: false, message: error.message };
  }
}
