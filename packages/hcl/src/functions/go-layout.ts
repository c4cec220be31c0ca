import { type CivilTime, MONTHS, offsetText, two, WEEKDAYS } from "./civil-time.ts";

/** What a layout's pieces stand for, longest first where one begins another: Go's reference time 2006-01-02 15:04:05. */
const PIECES =
  /January|Jan|Monday|Mon|MST|2006|_2006|__2|_2|002|01|02|03|04|05|06|15|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,]0+(?![0-9])|[.,]9+(?![0-9])|1|2|3|4|5/g;

/** A UTC time in a Go layout such as `2006-01-02T15:04:05Z07:00`. */
export function goLayout(layout: string, t: CivilTime): string {
  return layout.replace(PIECES, (piece, at: number) => {
    // `Jan` inside a longer lower-case word is text.
    if ((piece === "Jan" || piece === "Mon") && /[a-z]/.test(layout[at + 3] ?? "")) return piece;
    return rendered(piece, t);
  });
}

function rendered(piece: string, t: CivilTime): string {
  const hour12 = t.hour % 12 === 0 ? 12 : t.hour % 12;
  const month = MONTHS[t.month - 1] ?? "";
  const weekday = WEEKDAYS[t.weekday] ?? "";
  switch (piece) {
    case "January":
      return month;
    case "Jan":
      return month.slice(0, 3);
    case "Monday":
      return weekday;
    case "Mon":
      return weekday.slice(0, 3);
    case "MST":
      return t.offset === 0 ? "UTC" : offsetText(t.offset, "");
    case "2006":
      return String(t.year).padStart(4, "0");
    case "_2006":
      return `_${String(t.year).padStart(4, "0")}`;
    case "06":
      return two(t.year % 100);
    case "01":
      return two(t.month);
    case "1":
      return String(t.month);
    case "02":
      return two(t.day);
    case "_2":
      return String(t.day).padStart(2, " ");
    case "2":
      return String(t.day);
    case "002":
      return String(t.yearDay).padStart(3, "0");
    case "__2":
      return String(t.yearDay).padStart(3, " ");
    case "15":
      return two(t.hour);
    case "03":
      return two(hour12);
    case "3":
      return String(hour12);
    case "04":
      return two(t.minute);
    case "4":
      return String(t.minute);
    case "05":
      return two(t.second);
    case "5":
      return String(t.second);
    case "PM":
      return t.hour < 12 ? "AM" : "PM";
    case "pm":
      return t.hour < 12 ? "am" : "pm";
    default:
      return piece.startsWith(".") || piece.startsWith(",") ? fraction(piece, t) : zone(piece, t);
  }
}

function fraction(piece: string, t: CivilTime): string {
  const digits = String(t.nanosecond)
    .padStart(9, "0")
    .slice(0, piece.length - 1);
  if (piece[1] === "0") return piece[0] + digits;
  const short = digits.replace(/0+$/, "");
  return short === "" ? "" : piece[0] + short;
}

function zone(piece: string, t: CivilTime): string {
  if (piece.startsWith("Z") && t.offset === 0) return "Z";
  const digits = piece.slice(1);
  const full = offsetText(t.offset, digits.includes(":") ? ":" : "");
  if (digits === "07") return full.slice(0, 3);
  if (digits.length <= 5) return full;
  return `${full}${digits.includes(":") ? ":" : ""}00`;
}

const STRFTIME: Readonly<Record<string, string>> = {
  "%a": "Mon",
  "%A": "Monday",
  "%b": "Jan",
  "%B": "January",
  "%d": "02",
  "%H": "15",
  "%I": "03",
  "%m": "01",
  "%M": "04",
  "%p": "PM",
  "%S": "05",
  "%y": "06",
  "%Y": "2006",
  "%z": "-0700",
  "%Z": "MST",
  "%L": ".000",
  "%f": ".000000",
  "%N": ".000000000",
};

/** A UTC time in the strftime dialect of Packer's templates; unknown sequences stay as they are. */
export function strftime(format: string, t: CivilTime): string {
  return format.replace(/%[\s\S]/g, (sequence) => {
    if (sequence === "%%") return "%";
    const layout = STRFTIME[sequence];
    if (layout === undefined || /[fN]$/.test(sequence)) return sequence;
    return sequence === "%L" ? fraction(layout, t) : rendered(layout, t);
  });
}
