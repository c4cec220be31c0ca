import type { Zone } from "./civil.ts";
import { utc } from "./civil.ts";
import { formatGoTime } from "./layout.ts";

/** What Packer's strftime knows, as Go layouts; other directives stay as they are written. */
const directives: Readonly<Record<string, string>> = {
  a: "Mon",
  A: "Monday",
  b: "Jan",
  B: "January",
  d: "02",
  H: "15",
  I: "03",
  L: ".000",
  m: "01",
  M: "04",
  p: "PM",
  S: "05",
  y: "06",
  Y: "2006",
  z: "-0700",
  Z: "MST",
};

/** Formats with the `%` directives of the library Packer uses (jehiah/go-strftime); `%L` includes the point. */
export function strftime(format: string, unixNanoseconds: bigint, zone: Zone = utc): string {
  return format.replace(/%([\s\S])/gu, (directive, letter: string) => {
    if (letter === "%") return "%";
    const layout = Object.hasOwn(directives, letter) ? directives[letter] : undefined;
    return layout === undefined ? directive : formatGoTime(layout, unixNanoseconds, zone);
  });
}
