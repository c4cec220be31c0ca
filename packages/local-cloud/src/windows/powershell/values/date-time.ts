import { Refusal } from "../../system/refusal.ts";
import { Double } from "./double.ts";
import { failure } from "./errors.ts";
import { NetObject, type Value } from "./value.ts";

export const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
export const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const epochTicks = 621_355_968_000_000_000n;
/** The years 1 to 9999, in milliseconds since 1970. */
const [firstMs, lastMs] = [-62_135_596_800_000, 253_402_300_799_999];
/** What 64 bits of ticks hold. */
const longestMs = 922_337_203_685_477;

/** What a DateTime knows of its zone. */
export type DateKind = "Local" | "Utc" | "Unspecified";

/** A System.DateTime. The machine's zone is UTC: local time differs in its kind only. */
export class DateTime extends NetObject {
  readonly typeName = "System.DateTime";
  /** Milliseconds since 1970. */
  readonly ms: number;
  readonly kind: DateKind;
  constructor(ms: number, kind: DateKind = "Unspecified") {
    super();
    if (!(ms >= firstMs && ms <= lastMs))
      throw failure("ArgumentOutOfRangeException", "The value results in an un-representable DateTime.", {
        type: "System.ArgumentOutOfRangeException",
        category: "NotSpecified: (:)",
      });
    this.ms = ms;
    this.kind = kind;
  }
  override lacks(): boolean {
    return false;
  }
  /** MM/dd/yyyy HH:mm:ss, as strings get it. */
  override text(): string {
    return this.format("MM/dd/yyyy HH:mm:ss");
  }
  override properties(): readonly string[] {
    return [
      "Year",
      "Month",
      "Day",
      "Hour",
      "Minute",
      "Second",
      "Millisecond",
      "DayOfWeek",
      "DayOfYear",
      "Ticks",
      "Date",
      "TimeOfDay",
      "Kind",
    ];
  }
  override get(name: string): Value | undefined {
    const date = new Date(this.ms);
    switch (name.toLowerCase()) {
      case "year":
        return date.getUTCFullYear();
      case "month":
        return date.getUTCMonth() + 1;
      case "day":
        return date.getUTCDate();
      case "hour":
        return date.getUTCHours();
      case "minute":
        return date.getUTCMinutes();
      case "second":
        return date.getUTCSeconds();
      case "millisecond":
        return date.getUTCMilliseconds();
      case "dayofweek":
        return days[date.getUTCDay()] ?? "";
      case "dayofyear":
        return Math.floor((this.ms - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
      case "ticks":
        return BigInt(Math.round(this.ms)) * 10_000n + epochTicks;
      case "date":
        return new DateTime(Math.floor(this.ms / 86_400_000) * 86_400_000, this.kind);
      case "timeofday":
        return new TimeSpan(this.ms - Math.floor(this.ms / 86_400_000) * 86_400_000);
      case "kind":
        return this.kind;
      default:
        return undefined;
    }
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const by = numberOf(args[0] ?? null);
    const units: Readonly<Record<string, number>> = {
      addmilliseconds: 1,
      addseconds: 1000,
      addminutes: 60_000,
      addhours: 3_600_000,
      adddays: 86_400_000,
    };
    const unit = units[name];
    if (unit !== undefined) return new DateTime(this.ms + by * unit, this.kind);
    if (name === "addmonths" || name === "addyears") {
      const date = new Date(this.ms);
      const day = date.getUTCDate();
      date.setUTCDate(1);
      date.setUTCMonth(date.getUTCMonth() + by * (name === "addyears" ? 12 : 1));
      const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
      date.setUTCDate(Math.min(day, last));
      return new DateTime(date.getTime(), this.kind);
    }
    if (name === "touniversaltime") return new DateTime(this.ms, "Utc");
    if (name === "tolocaltime") return new DateTime(this.ms, "Local");
    if (name === "tofiletime" || name === "tofiletimeutc")
      return BigInt(Math.round(this.ms)) * 10_000n + 116_444_736_000_000_000n;
    if (name === "subtract" && args[0] instanceof DateTime) return new TimeSpan(this.ms - args[0].ms);
    if (name === "toshortdatestring") return this.format("M/d/yyyy");
    if (name === "toshorttimestring") return this.format("h:mm tt");
    if (name === "tostring") {
      const [pattern] = args;
      return typeof pattern === "string" ? this.format(pattern) : this.format("M/d/yyyy h:mm:ss tt");
    }
    return undefined;
  }
  /** A .NET format string, standard or of one's own. */
  format(pattern: string): string {
    const standard: Readonly<Record<string, string>> = {
      s: "yyyy-MM-ddTHH:mm:ss",
      u: "yyyy-MM-dd HH:mm:ssZ",
      o: "yyyy-MM-ddTHH:mm:ss.fffffffK",
      O: "yyyy-MM-ddTHH:mm:ss.fffffffK",
      d: "M/d/yyyy",
      D: "dddd, MMMM d, yyyy",
      t: "h:mm tt",
      T: "h:mm:ss tt",
      g: "M/d/yyyy h:mm tt",
      G: "M/d/yyyy h:mm:ss tt",
      f: "dddd, MMMM d, yyyy h:mm tt",
      F: "dddd, MMMM d, yyyy h:mm:ss tt",
      R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    };
    const wanted = pattern.length === 1 ? standard[pattern] : pattern;
    if (wanted === undefined) throw new Refusal(`the date format "${pattern}"`);
    const date = new Date(this.ms);
    const two = (value: number): string => String(value).padStart(2, "0");
    return wanted.replace(
      /'([^']*)'|"([^"]*)"|\\(.)|yyyy|yy|M{1,4}|d{1,4}|HH?|hh?|mm?|ss?|f{1,7}|F{1,7}|tt?|z{1,3}|K/g,
      (token, single, double, escaped) => {
        if (single !== undefined || double !== undefined || escaped !== undefined) return single ?? double ?? escaped;
        const hour = date.getUTCHours();
        switch (token) {
          case "yyyy":
            return String(date.getUTCFullYear()).padStart(4, "0");
          case "yy":
            return two(date.getUTCFullYear() % 100);
          case "MMMM":
            return months[date.getUTCMonth()] ?? "";
          case "MMM":
            return (months[date.getUTCMonth()] ?? "").slice(0, 3);
          case "MM":
            return two(date.getUTCMonth() + 1);
          case "M":
            return String(date.getUTCMonth() + 1);
          case "dddd":
            return days[date.getUTCDay()] ?? "";
          case "ddd":
            return (days[date.getUTCDay()] ?? "").slice(0, 3);
          case "dd":
            return two(date.getUTCDate());
          case "d":
            return String(date.getUTCDate());
          case "HH":
            return two(hour);
          case "H":
            return String(hour);
          case "hh":
            return two(hour % 12 || 12);
          case "h":
            return String(hour % 12 || 12);
          case "mm":
            return two(date.getUTCMinutes());
          case "m":
            return String(date.getUTCMinutes());
          case "ss":
            return two(date.getUTCSeconds());
          case "s":
            return String(date.getUTCSeconds());
          case "tt":
            return hour < 12 ? "AM" : "PM";
          case "t":
            return hour < 12 ? "A" : "P";
          case "z":
            return "+0";
          case "zz":
            return "+00";
          case "zzz":
            return "+00:00";
          case "K":
            return { Local: "+00:00", Utc: "Z", Unspecified: "" }[this.kind];
          default:
            return `${String(date.getUTCMilliseconds()).padStart(3, "0")}0000`.slice(0, token.length);
        }
      },
    );
  }
}

/** A System.TimeSpan. */
export class TimeSpan extends NetObject {
  readonly typeName = "System.TimeSpan";
  readonly ms: number;
  constructor(ms: number) {
    super();
    if (!(Math.abs(ms) <= longestMs))
      throw failure("OverflowException", "TimeSpan overflowed because the duration is too long.", {
        type: "System.OverflowException",
        category: "NotSpecified: (:)",
      });
    this.ms = ms;
  }
  override lacks(): boolean {
    return false;
  }
  override text(): string {
    const total = Math.abs(this.ms);
    const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
    const wholeDays = Math.floor(total / 86_400_000);
    const clock = `${two((total / 3_600_000) % 24)}:${two((total / 60_000) % 60)}:${two((total / 1000) % 60)}`;
    const fraction = Math.round((total % 1000) * 10_000);
    return `${this.ms < 0 ? "-" : ""}${wholeDays > 0 ? `${wholeDays}.` : ""}${clock}${fraction > 0 ? `.${String(fraction).padStart(7, "0")}` : ""}`;
  }
  override properties(): readonly string[] {
    return [
      "Days",
      "Hours",
      "Minutes",
      "Seconds",
      "Milliseconds",
      "Ticks",
      "TotalDays",
      "TotalHours",
      "TotalMinutes",
      "TotalSeconds",
      "TotalMilliseconds",
    ];
  }
  override get(name: string): Value | undefined {
    const part = (unit: number, of: number): number => Math.trunc(this.ms / unit) % of;
    switch (name.toLowerCase()) {
      case "days":
        return Math.trunc(this.ms / 86_400_000);
      case "hours":
        return part(3_600_000, 24);
      case "minutes":
        return part(60_000, 60);
      case "seconds":
        return part(1000, 60);
      case "milliseconds":
        return part(1, 1000);
      case "ticks":
        return BigInt(Math.round(this.ms * 10_000));
      case "totaldays":
        return new Double(this.ms / 86_400_000);
      case "totalhours":
        return new Double(this.ms / 3_600_000);
      case "totalminutes":
        return new Double(this.ms / 60_000);
      case "totalseconds":
        return new Double(this.ms / 1000);
      case "totalmilliseconds":
        return new Double(this.ms);
      default:
        return undefined;
    }
  }
}

function numberOf(value: Value): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  return value instanceof Double ? value.value : Number.NaN;
}
