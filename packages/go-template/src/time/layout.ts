import type { CivilTime, Zone } from "./civil.ts";
import { civilTime, utc } from "./civil.ts";

const months = [
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
const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The parts of Go's reference time, `Mon Jan 2 15:04:05 MST 2006`, as they are recognised in a layout. */
const parts = new RegExp(
  [
    "January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST",
    "0[1-6]|002|15|1|2006|2|_2006|_2|__2|3|4|5|PM|pm",
    "-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07",
    "[.,](?:0+|9+)(?![0-9])",
  ].join("|"),
  "g",
);

const two = (value: number): string => String(value).padStart(2, "0");
const hour12 = (hour: number): number => hour % 12 || 12;

function longYear(year: number): string {
  return (year < 0 ? "-" : "") + String(Math.abs(year)).padStart(4, "0");
}

/** The offset in the form of `-07`, `-0700`, `-07:00`, `-070000` or `-07:00:00`; with `Z` first, UTC is `Z`. */
function offsetText(form: string, offset: number): string {
  if (form.startsWith("Z") && offset === 0) return "Z";
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const colon = form.includes(":") ? ":" : "";
  // Go takes the sign from the minutes.
  const sign = offset <= -60 ? "-" : "+";
  const digits = form.replace(/[^0-9]/g, "").length;
  let text = sign + two(Math.floor(minutes / 60));
  if (digits >= 4) text += colon + two(minutes % 60);
  if (digits === 6) text += colon + two((offset <= -60 ? -offset : offset) % 60);
  return text;
}

function fraction(form: string, nanosecond: number): string {
  const separator = form.slice(0, 1);
  const digits = String(nanosecond)
    .padStart(9, "0")
    .slice(0, form.length - 1);
  if (form[1] === "0") return separator + digits;
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? "" : separator + kept;
}

function part(form: string, time: CivilTime, zone: Zone): string {
  const month = months[time.month - 1] ?? "";
  const weekday = weekdays[time.weekday] ?? "";
  switch (form) {
    case "2006":
      return longYear(time.year);
    case "_2006":
      return `_${longYear(time.year)}`;
    case "06":
      return two(Math.abs(time.year) % 100);
    case "January":
      return month;
    case "Jan":
      return month.slice(0, 3);
    case "1":
      return String(time.month);
    case "01":
      return two(time.month);
    case "Monday":
      return weekday;
    case "Mon":
      return weekday.slice(0, 3);
    case "2":
      return String(time.day);
    case "_2":
      return String(time.day).padStart(2, " ");
    case "02":
      return two(time.day);
    case "__2":
      return String(time.yearDay).padStart(3, " ");
    case "002":
      return String(time.yearDay).padStart(3, "0");
    case "15":
      return two(time.hour);
    case "3":
      return String(hour12(time.hour));
    case "03":
      return two(hour12(time.hour));
    case "4":
      return String(time.minute);
    case "04":
      return two(time.minute);
    case "5":
      return String(time.second);
    case "05":
      return two(time.second);
    case "PM":
      return time.hour >= 12 ? "PM" : "AM";
    case "pm":
      return time.hour >= 12 ? "pm" : "am";
    case "MST":
      return zone.name || offsetText("-0700", zone.offsetSeconds);
    default:
      return /^[.,]/.test(form) ? fraction(form, time.nanosecond) : offsetText(form, zone.offsetSeconds);
  }
}

/**
 * Formats as Go's `Time.Format`: the layout shows how Mon Jan 2 15:04:05 MST 2006 would look.
 * `unixNanoseconds` counts from 1970 UTC.
 */
export function formatGoTime(layout: string, unixNanoseconds: bigint, zone: Zone = utc): string {
  const time = civilTime(unixNanoseconds, zone);
  return layout.replace(parts, (form) => part(form, time, zone));
}
