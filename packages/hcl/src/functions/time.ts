import { goQuote } from "@kiln/sdk";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { NUMBER, objectOf, STRING, type Type } from "../values/type.ts";
import { integerValue, objectValue, stringValue, type Value } from "../values/value.ts";
import { type Functions, number, text, wholeBig } from "./arguments.ts";
import { type CivilTime, civilTime, isoWeek, MONTHS, rfc3339, unixTime, WEEKDAYS } from "./civil-time.ts";
import { formatDate } from "./date-format.ts";
import { parseDuration } from "./duration.ts";
import { ArgumentFault, type FunctionSpec } from "./function.ts";
import { goLayout, strftime } from "./go-layout.ts";
import type { FunctionHost } from "./host.ts";
import { parseLoosely, parseTimestamp } from "./timestamp-parse.ts";

const BILLION = 1_000_000_000n;

/** The calendar fields, in UTC, of nanoseconds since 1970. */
function momentOf(nanoseconds: bigint): CivilTime {
  const rest = ((nanoseconds % BILLION) + BILLION) % BILLION;
  return civilTime(Number((nanoseconds - rest) / BILLION), Number(rest));
}

function fields(t: CivilTime): Record<string, Value> {
  const [isoYear, week] = isoWeek(t);
  return {
    year: integerValue(t.year),
    year_day: integerValue(t.yearDay),
    day: integerValue(t.day),
    month: integerValue(t.month),
    month_name: stringValue(MONTHS[t.month - 1] ?? ""),
    weekday: integerValue(t.weekday),
    weekday_name: stringValue(WEEKDAYS[t.weekday] ?? ""),
    hour: integerValue(t.hour),
    minute: integerValue(t.minute),
    second: integerValue(t.second),
    iso_year: integerValue(isoYear),
    iso_week: integerValue(week),
  };
}

const typeWith = (extra: Readonly<Record<string, Type>>): Type => {
  const names = Object.entries(fields(civilTime(0))).map(([name, v]): [string, Type] => [name, v.type]);
  const all = [...names, ...Object.entries(extra)].sort(([a], [b]) => (a < b ? -1 : 1));
  return objectOf(new Map(all));
};

function timeAdd([timestamp, duration]: readonly Value[]): Outcome {
  const t = parseTimestamp(timestamp?.text ?? "");
  if (t instanceof Fault) return t;
  const d = parseDuration(duration?.text ?? "");
  if (d instanceof Fault) return d;
  const total = BigInt(unixTime(t)) * BILLION + BigInt(t.nanosecond) + d;
  const rest = ((total % BILLION) + BILLION) % BILLION;
  return stringValue(rfc3339(civilTime(Number((total - rest) / BILLION), Number(rest), t.offset)));
}

/** Functions that read no clock. */
export const calendarFunctions: Functions = {
  formatdate: {
    parameters: [text("format"), text("time")],
    returns: STRING,
    notNull: true,
    call: ([format, time]) => {
      const t = parseTimestamp(time?.text ?? "");
      if (t instanceof Fault) return new ArgumentFault(1, t.message);
      const made = formatDate(format?.text ?? "", t);
      return made instanceof Fault ? new ArgumentFault(0, made.message) : stringValue(made);
    },
  },
  timeadd: { parameters: [text("timestamp"), text("duration")], returns: STRING, call: timeAdd },
  rfc3339_parse: {
    parameters: [text("timestamp")],
    returns: typeWith({ unix: NUMBER }),
    notNull: true,
    call: ([timestamp]) => {
      const source = timestamp?.text ?? "";
      const t = parseLoosely(source);
      if (!t) return new ArgumentFault(0, `${goQuote(source)} is not a valid RFC3339 timestamp`);
      return objectValue({ ...fields(t), unix: integerValue(unixTime(t)) });
    },
  },
  unix_timestamp_parse: {
    parameters: [number("unix_timestamp")],
    returns: typeWith({ rfc3339: STRING }),
    notNull: true,
    call: ([seconds]) => {
      const n = wholeBig(seconds as Value);
      if (n instanceof Fault) {
        const why = "unix_timestamp must be a whole number of seconds representable as a 64-bit integer";
        return new ArgumentFault(0, `${why}: ${n.message}`);
      }
      const t = civilTime(Number(n));
      return objectValue({ ...fields(t), rfc3339: stringValue(rfc3339(t)) });
    },
  },
};

/** As Packer's template functions: the time this run began, in the given format or RFC 3339. */
function legacy(host: FunctionHost, render: (format: string, t: CivilTime) => string): FunctionSpec {
  return {
    parameters: [],
    variadic: text("format"),
    returns: STRING,
    notNull: true,
    call: (args) => {
      if (args.length > 1) {
        // Go prints the values with their inner structure.
        const shown = args.map((a) => `{{{{} 83}} ${a.text}}`).join(" ");
        return new Fault(`too many values, 1 needed: [${shown}]`);
      }
      const t = momentOf(host.startedAt);
      return stringValue(args[0] ? render(args[0].text, t) : rfc3339(t));
    },
  };
}

/** Functions that read the clock. */
export function clockFunctions(host: FunctionHost): Functions {
  return {
    timestamp: {
      parameters: [],
      returns: STRING,
      notNull: true,
      call: () => stringValue(rfc3339(momentOf(host.now()))),
    },
    legacy_isotime: legacy(host, goLayout),
    legacy_strftime: legacy(host, strftime),
  };
}
