import { Refusal } from "../../system/refusal.ts";
import { escapeExpression } from "../../system/windows-path.ts";
import { DateTime, days, months } from "./date-time.ts";

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

/** A moment of UTC; undefined where a calendar or a clock does not have it. */
function moment({ year, month, day, hour, minute, second, ms }: Parts): DateTime | undefined {
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const isReal =
    year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= lastDay && hour < 24 && minute < 60 && second < 60;
  if (!isReal) return undefined;
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second, ms));
  // Years below 100 are those, not of the twentieth century.
  date.setUTCFullYear(year, month - 1, day);
  return new DateTime(date.getTime());
}

const hourOfDay = (hour: number, half: string | undefined): number =>
  half === undefined ? hour : (hour % 12) + (/p/i.test(half) ? 12 : 0);

/** Reads a date as scripts write them; undefined when it is none. */
export function parseDate(text: string): DateTime | undefined {
  const iso =
    /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d\d)(?::(\d\d)(\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?\s*$/.exec(text);
  const american = /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})(?:\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*(AM|PM)?)?\s*$/i.exec(text);
  if (iso) {
    const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"] = iso;
    const offset = /([+-])(\d\d):?(\d\d)/.exec(zone);
    const minutesAhead = offset ? (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === "-" ? -1 : 1) : 0;
    const local = moment({
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      ms: Math.round(Number(`0${fraction.replace(/^0/, "")}`) * 1000),
    });
    return local && new DateTime(local.ms - minutesAhead * 60_000, iso[8] === undefined ? "Unspecified" : "Local");
  }
  if (american) {
    const [, month, day, year, hour = "0", minute = "0", second = "0", half] = american;
    return moment({
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: hourOfDay(Number(hour), half),
      minute: Number(minute),
      second: Number(second),
      ms: 0,
    });
  }
  return undefined;
}

const names = (list: readonly string[], letters?: number): string =>
  `(${list.map((name) => name.slice(0, letters)).join("|")})`;
/** The parts of a format that can be read back, and the text that each stands for. */
const readable: Readonly<Record<string, string>> = {
  yyyy: "(\\d{4})",
  yy: "(\\d{2})",
  MMMM: names(months),
  MMM: names(months, 3),
  MM: "(\\d{2})",
  M: "(\\d{1,2})",
  dddd: names(days),
  ddd: names(days, 3),
  dd: "(\\d{2})",
  d: "(\\d{1,2})",
  HH: "(\\d{2})",
  H: "(\\d{1,2})",
  hh: "(\\d{2})",
  h: "(\\d{1,2})",
  mm: "(\\d{2})",
  m: "(\\d{1,2})",
  ss: "(\\d{2})",
  s: "(\\d{1,2})",
  fff: "(\\d{3})",
  tt: "(AM|PM)",
};

/** Reads a date that is written in a format of one's own; undefined where it is not. */
export function parseExactDate(text: string, format: string): DateTime | undefined {
  if (format.length === 1) throw new Refusal(`ParseExact with the standard format "${format}"`);
  const found: string[] = [];
  const pattern = format.replace(
    /'([^']*)'|"([^"]*)"|\\(.)|([A-Za-z])\4*|[^A-Za-z]/g,
    (token: string, single?: string, double?: string, escaped?: string, letter?: string) => {
      const literal =
        single ?? double ?? escaped ?? (letter === undefined || letter === "T" || letter === "Z" ? token : undefined);
      if (literal !== undefined) return escapeExpression(literal);
      const part = readable[token];
      if (part === undefined) throw new Refusal(`ParseExact with "${token}" in the format "${format}"`);
      found.push(token);
      return part;
    },
  );
  const match = new RegExp(`^${pattern}$`, "i").exec(text);
  if (!match) return undefined;
  const given = new Map(found.map((token, index) => [token, match[index + 1] ?? ""]));
  const first = (...tokens: readonly string[]): string | undefined =>
    tokens.map((token) => given.get(token)).find((value) => value !== undefined);
  const monthName = first("MMMM", "MMM")?.slice(0, 3).toLowerCase();
  const short = first("yy");
  const century = Number(short) < 30 ? 2000 : 1900;
  return moment({
    year: short === undefined ? Number(first("yyyy") ?? new Date().getUTCFullYear()) : century + Number(short),
    month:
      monthName === undefined
        ? Number(first("MM", "M") ?? 1)
        : months.findIndex((name) => name.slice(0, 3).toLowerCase() === monthName) + 1,
    day: Number(first("dd", "d") ?? 1),
    hour: hourOfDay(Number(first("HH", "H", "hh", "h") ?? 0), first("tt")),
    minute: Number(first("mm", "m") ?? 0),
    second: Number(first("ss", "s") ?? 0),
    ms: Number(first("fff") ?? 0),
  });
}
