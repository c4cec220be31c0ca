import { Fault } from "../values/arithmetic.ts";

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Nanoseconds of a Go duration such as `1h30m` or `-1.5s`. */
export function parseDuration(text: string): bigint | Fault {
  const quoted = JSON.stringify(text);
  const invalid = new Fault(`time: invalid duration ${quoted}`);
  let rest = text;
  const negative = rest.startsWith("-");
  if (/^[+-]/.test(rest)) rest = rest.slice(1);
  if (rest === "0") return 0n;
  if (rest === "") return invalid;
  let total = 0n;
  while (rest !== "") {
    const amount = /^(\d*)(?:\.(\d*))?/.exec(rest);
    const [all = "", whole = "", fraction = ""] = amount ?? [];
    if (whole === "" && fraction === "") return invalid;
    rest = rest.slice(all.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? "";
    if (unit === "") return new Fault(`time: missing unit in duration ${quoted}`);
    const scale = UNITS[unit];
    if (scale === undefined) return new Fault(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    rest = rest.slice(unit.length);
    const digits = fraction.slice(0, 20);
    total += BigInt(whole === "" ? "0" : whole) * scale;
    if (digits !== "") total += (BigInt(digits) * scale) / 10n ** BigInt(digits.length);
    if (total > 2n ** 63n || (total === 2n ** 63n && !negative)) return invalid;
  }
  return negative ? -total : total;
}
