import { goQuote } from "@kiln/sdk";
import { Fault } from "../values/arithmetic.ts";
import { type CivilTime, civilTime, daysInMonth, unixTime } from "./civil-time.ts";

const SHAPE = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)([.,]\d+)?(Z|[+-]\d\d:\d\d)$/;

function fieldsOf(text: string): CivilTime | undefined {
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
  const [zoneHour, zoneMinute] = zone === "Z" ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  const possible = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!possible || hour > 23 || minute > 59 || second > 59 || zoneHour > 24 || zoneMinute > 60) return undefined;
  const offset = sign * (zoneHour * 60 + zoneMinute);
  const nanosecond = match[7] ? Number(match[7].slice(1, 10).padEnd(9, "0")) : 0;
  return civilTime(unixTime({ year, month, day, hour, minute, second, offset }), nanosecond, offset);
}

/** A timestamp with `T` or a blank between date and time; undefined if it is none. */
export function parseLoosely(text: string): CivilTime | undefined {
  return fieldsOf(text);
}

const INVALID = "not a valid RFC3339 timestamp";

/** An RFC 3339 timestamp, or what is wrong with it in the words of cty. */
export function parseTimestamp(text: string): CivilTime | Fault {
  return (STRICT.test(text) ? fieldsOf(text) : undefined) ?? new Fault(`${INVALID}: ${describe(text)}`);
}
/** No blank, no comma, and no offset of a whole day or with sixty minutes. */
const STRICT = /^.{10}T[^,]*(?<!24:..|..:60)$/;

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
      if (name === "hour" && width === 1 && colon !== 1) return `found ${goQuote(rest.slice(1))} where ":" is expected`;
      if ((name === "hour" || name === "minute") && width > 0 && colon === width) {
        return `${name} must have exactly two digits`;
      }
      return `cannot use ${goQuote(rest)} as ${name}`;
    }
    const n = Number(pattern.exec(rest)?.[0]);
    rest = rest.slice(name === "year" ? 4 : 2);
    // What Go's parser leaves over is what the message quotes.
    if ((name === "month" && (n < 1 || n > 12)) || (name === "second" && n > 59)) {
      return `cannot use ${goQuote(rest)} as ${name}`;
    }
    if (name === "hour" && n > 23) return "hour must be between 0 and 23 inclusive";
    if (name === "minute" && n > 59) return "minute must have exactly two digits";
  }
  const fraction = /^\.\d+/.exec(rest);
  if (fraction) rest = rest.slice(fraction[0].length);
  const offset = /^(?:Z|[+-](\d\d):(\d\d))/.exec(rest);
  const [hours, minutes] = [Number(offset?.[1] ?? 0), Number(offset?.[2] ?? 0)];
  if (rest === "" || hours > 24 || minutes > 60) return "end of string before UTC offset";
  if (hours === 24 || minutes === 60) return `cannot use ${goQuote(rest)} as UTC offset`;
  if (rest === offset?.[0]) return "day out of range";
  if (rest.startsWith(",")) return 'cannot use "," as timestamp segment';
  if (offset) return `cannot use ${goQuote(rest.slice(offset[0].length))} as timestamp segment`;
  return `cannot use ${goQuote(rest)} as UTC offset`;
}
