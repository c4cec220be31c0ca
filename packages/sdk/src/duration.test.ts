import fc from "fast-check";
import { expect, it } from "vitest";
import { formatGoDuration, goDuration, goDurationProblem, parseGoDuration } from "./duration.ts";

const nanoseconds = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

it("reads what it writes", () => {
  fc.assert(fc.property(nanoseconds, (value) => parseGoDuration(formatGoDuration(value)) === value));
});

it.each([
  [250, "250ms"],
  [1500, "1.5s"],
  [90_000, "1m30s"],
  [3_900_000, "1h5m0s"],
])("writes %d ms as %s", (ms, text) => expect(goDuration(ms)).toBe(text));

it.each([
  ["1h5m", 3_900_000_000_000n],
  ["-1.5s", -1_500_000_000n],
  ["0", 0n],
  ["1µs", 1000n],
])("reads %s", (text, value) => {
  expect(parseGoDuration(text)).toBe(value);
  expect(goDurationProblem(text)).toBeUndefined();
});

it.each([
  ["5", 'time: missing unit in duration "5"'],
  ["1d", 'time: unknown unit "d" in duration "1d"'],
  ["1 h", 'time: unknown unit " h" in duration "1 h"'],
  ["", 'time: invalid duration ""'],
])("refuses %s", (text, complaint) => {
  expect(parseGoDuration(text)).toBeUndefined();
  expect(goDurationProblem(text)).toBe(complaint);
});

it("never throws", () => {
  fc.assert(
    fc.property(
      fc.string(),
      (text) => (parseGoDuration(text) === undefined) === (goDurationProblem(text) !== undefined),
    ),
  );
});
