import { goQuote } from "../go-quote.ts";
import { Fault } from "../values/arithmetic.ts";
import { type CivilTime, civilTime, daysInMonth, unixTime } from "./civil-time.ts";

const SHAPE = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)([.,]\d+)?(Z|[+-]\d\d:\d\d)$/;

interface Fields {
  readonly time: CivilTime;
  readonly problem: string | undefined;
}

function fieldsOf(text: string): Fields | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const zone = match[8] ?? "Z";
  const sign = zone.startsWith("-") ? -1 : 1;
  const offset = zone === "Z" ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const nanosecond = match[7] ? Number(match[7].slice(1, 10).padEnd(9, "0")) : 0;
  let problem: string | undefined;
  // What Go's parser leaves over is what the message quotes.
  if (month < 1 || month > 12) problem = `cannot use ${goQuote(text.slice(7))} as month`;
  else if (day < 1 || day > daysInMonth(year, month)) problem = "day out of range";
  else if (hour > 23) problem = "hour must be between 0 and 23 inclusive";
  else if (minute > 59) problem = "minute must have exactly two digits";
  else if (second > 59) problem = `cannot use ${goQuote(text.slice(19))} as second`;
  else if (zone !== "Z" && (Number(zone.slice(1, 3)) > 24 || Number(zone.slice(4, 6)) > 60)) {
    problem = "end of string before UTC offset";
  }
  if (problem !== undefined) return { time: civilTime(0), problem };
  const unix = unixTime({ year, month, day, hour, minute, second, offset });
  return { time: civilTime(unix, nanosecond, offset), problem };
}

/** A timestamp with `T` or a blank between date and time; undefined if it is none. */
export function parseLoosely(text: string): CivilTime | undefined {
  const fields = fieldsOf(text);
  return fields && fields.problem === undefined ? fields.time : undefined;
}

const INVALID = "not a valid RFC3339 timestamp";

/** An RFC 3339 timestamp, or what is wrong with it in the words of cty. */
export function parseTimestamp(text: string): CivilTime | Fault {
  const fields = text[10] === " " ? undefined : fieldsOf(text);
  if (fields && fields.problem === undefined) return fields.time;
  if (fields?.problem !== undefined) return new Fault(`${INVALID}: ${fields.problem}`);
  return new Fault(`${INVALID}: ${describe(text)}`);
}

interface Part {
  readonly name: string;
  readonly pattern: RegExp;
  /** What must stand before it. */
  readonly lead: string;
}

const PARTS: readonly Part[] = [
  { name: "year", pattern: /^\d{4}/, lead: "" },
  { name: "month", pattern: /^\d\d/, lead: "-" },
  { name: "day of month", pattern: /^\d\d/, lead: "-" },
  { name: "hour", pattern: /^\d\d/, lead: "T" },
  { name: "minute", pattern: /^\d\d/, lead: ":" },
  { name: "second", pattern: /^\d\d/, lead: ":" },
];

/** Walks the parts to say where the text stops being a timestamp. */
function describe(text: string): string {
  let rest = text;
  for (const { name, pattern, lead } of PARTS) {
    if (lead !== "") {
      if (!rest.startsWith(lead)) {
        if (lead === "T") return "missing required time introducer 'T'";
        if (rest === "") return `end of string where ${goQuote(lead)} is expected`;
        return `found ${goQuote(rest)} where ${goQuote(lead)} is expected`;
      }
      rest = rest.slice(1);
    }
    if (rest === "") return `end of string before ${name}`;
    if (!pattern.test(rest)) {
      const colon = rest.indexOf(":");
      const width = rest.search(/[^0-9]/);
      if ((name === "hour" || name === "minute") && width > 0 && colon === width) {
        return `${name} must have exactly two digits`;
      }
      return `cannot use ${goQuote(rest)} as ${name}`;
    }
    rest = rest.slice(name === "year" ? 4 : 2);
  }
  const fraction = /^\.\d+/.exec(rest);
  if (fraction) rest = rest.slice(fraction[0].length);
  if (rest === "") return "end of string before UTC offset";
  const offset = /^(?:Z|[+-]\d\d:\d\d)/.exec(rest);
  if (offset) return `cannot use ${goQuote(rest.slice(offset[0].length))} as timestamp segment`;
  return `cannot use ${goQuote(rest)} as UTC offset`;
}
