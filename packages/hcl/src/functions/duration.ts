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

/** A part of a unit in whole nanoseconds, worked out in doubles as Go does; digits that do not fit in 63 bits are dropped. */
function fractionOf(digits: string, unit: bigint): bigint {
  let n = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = n * 10n + BigInt(digit);
    if (next >= 2n ** 63n) break;
    n = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(n) * (Number(unit) / scale)));
}

/** Go's time package quotes byte by byte. */
function quote(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (b) => {
    if (b < 0x20 || b >= 0x7f) return `\\x${b.toString(16).padStart(2, "0")}`;
    const c = String.fromCharCode(b);
    return c === '"' || c === "\\" ? `\\${c}` : c;
  });
  return `"${bytes.join("")}"`;
}

/** Nanoseconds of a Go duration such as `1h30m` or `-1.5s`. */
export function parseDuration(text: string): bigint | Fault {
  const quoted = quote(text);
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
    if (scale === undefined) return new Fault(`time: unknown unit ${quote(unit)} in duration ${quoted}`);
    rest = rest.slice(unit.length);
    total += BigInt(whole === "" ? "0" : whole) * scale + fractionOf(fraction, scale);
    if (total > 2n ** 63n || (total === 2n ** 63n && !negative)) return invalid;
  }
  return negative ? -total : total;
}
