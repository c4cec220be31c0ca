/** Durations as Go has them: signed nanoseconds in 64 bits. */

const nanosecond = 1n;
const microsecond = 1000n * nanosecond;
const millisecond = 1000n * microsecond;
const second = 1000n * millisecond;
const minute = 60n * second;
const hour = 60n * minute;

const units: Readonly<Record<string, bigint>> = {
  ns: nanosecond,
  us: microsecond,
  µs: microsecond,
  μs: microsecond,
  ms: millisecond,
  s: second,
  m: minute,
  h: hour,
};

const limit = 2n ** 63n;

/**
 * Reads a Go duration such as `1h5m`, `1.5s`, `-250ms` or `0`; the result is in nanoseconds. Undefined for anything
 * that Go's `time.ParseDuration` refuses: no unit, an unknown unit, spaces, more than about 292 years.
 */
export function parseGoDuration(text: string): bigint | undefined {
  const read = readDuration(text);
  return typeof read === "bigint" ? read : undefined;
}

/** Why a text is no duration, in Go's words (`time: missing unit in duration "5"`); undefined when it is one. */
export function goDurationProblem(text: string): string | undefined {
  const read = readDuration(text);
  return typeof read === "bigint" ? undefined : `time: ${read} ${quoted(text)}`;
}

function readDuration(text: string): bigint | string {
  const negative = text.startsWith("-");
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") return "invalid duration";
  let total = 0n;
  while (rest !== "") {
    const [matched = "", whole = "", fraction = "", name = ""] = /^([0-9]*)(?:\.([0-9]*))?([^.0-9]*)/.exec(rest) ?? [];
    if (whole + fraction === "" || BigInt(whole || "0") > limit) return "invalid duration";
    if (name === "") return "missing unit in duration";
    const unit = Object.hasOwn(units, name) ? units[name] : undefined;
    if (unit === undefined) return `unknown unit ${quoted(name)} in duration`;
    total += BigInt(whole || "0") * unit + fractionOf(fraction, unit);
    if (total > limit) return "invalid duration";
    rest = rest.slice(matched.length);
  }
  if (negative) return -total;
  return total === limit ? "invalid duration" : total;
}

/** Go's time package quotes with hexadecimal bytes for everything but printable ASCII. */
function quoted(text: string): string {
  const chars = Array.from(new TextEncoder().encode(text), (byte) => {
    if (byte < 0x20 || byte >= 0x80) return `\\x${byte.toString(16).padStart(2, "0")}`;
    const char = String.fromCharCode(byte);
    return char === '"' || char === "\\" ? `\\${char}` : char;
  });
  return `"${chars.join("")}"`;
}

/** Go computes the fraction with doubles, and drops digits that no longer fit into 63 bits. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (limit - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > limit) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

function decimal(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, "0")
    .replace(/0+$/, "");
  return `${value / unit}${fraction && `.${fraction}`}`;
}

/** Milliseconds as Go prints a duration: `10s`, `1m0s`, `1.5ms`. */
export function goDuration(ms: number): string {
  return formatGoDuration(BigInt(Math.round(ms * 1e6)));
}

/** Writes nanoseconds as Go's `Duration.String`: `1h5m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (value < microsecond) return `${sign}${value}ns`;
  if (value < millisecond) return `${sign}${decimal(value, microsecond)}µs`;
  if (value < second) return `${sign}${decimal(value, millisecond)}ms`;
  const seconds = `${decimal(value % minute, second)}s`;
  if (value < minute) return sign + seconds;
  const minutes = `${(value / minute) % 60n}m${seconds}`;
  return value < hour ? sign + minutes : `${sign}${value / hour}h${minutes}`;
}
