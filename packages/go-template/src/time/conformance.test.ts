import { readFileSync } from "node:fs";
import { formatGoDuration, goDurationProblem, parseGoDuration } from "@kiln/sdk";
import { expect, test } from "vitest";
import { humanizeDuration } from "./humanize.ts";
import { formatGoTime } from "./layout.ts";
import { parseRfc3339 } from "./rfc3339.ts";
import { strftime } from "./strftime.ts";

/** Cases with Go's answers. KILN_GO_TIME_CASES names another file of them. */
interface Case {
  readonly id: string;
  readonly op: "format" | "strftime" | "parse" | "duration" | "humanize";
  readonly in: string;
  readonly time?: string;
  readonly result: Readonly<Record<string, string>>;
}

const file = process.env["KILN_GO_TIME_CASES"] ?? new URL("../../test-data/go-time.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as readonly Case[];

function timed({ time = "" }: Case, format: typeof strftime, layout: string): Case["result"] {
  const parsed = parseRfc3339(time);
  if (!parsed.ok) throw new Error(parsed.message);
  return { output: format(layout, parsed.unixNanoseconds, parsed.zone) };
}

function parsed(text: string): Case["result"] {
  const time = parseRfc3339(text);
  if (!time.ok) return { error: time.message };
  return {
    format: formatGoTime("2006-01-02T15:04:05.999999999Z07:00", time.unixNanoseconds, time.zone),
    // The oracle keeps the 64 bits that Go has for it.
    unixNano: BigInt.asIntN(64, time.unixNanoseconds).toString(),
  };
}

function duration(text: string): Case["result"] {
  const nanoseconds = parseGoDuration(text);
  if (nanoseconds === undefined) return { error: goDurationProblem(text) ?? "" };
  return { ns: nanoseconds.toString(), string: formatGoDuration(nanoseconds) };
}

const answers: Readonly<Record<Case["op"], (given: Case) => Case["result"]>> = {
  format: (given) => timed(given, formatGoTime, given.in),
  strftime: (given) => timed(given, strftime, given.in),
  parse: (given) => parsed(given.in),
  duration: (given) => duration(given.in),
  humanize: (given) => ({
    output: humanizeDuration(BigInt(given.in)),
    string: formatGoDuration(BigInt(given.in)),
  }),
};

test.each(cases)("$id", (given) => {
  expect(answers[given.op](given)).toEqual(given.result);
});
