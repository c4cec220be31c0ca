/** A time as points of a calendar, Gregorian before its time too. */
export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 to 366. */
  readonly yearDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

/** A zone of fixed offset; without a name Go prints the offset where the name would stand. */
export interface Zone {
  /** East of UTC. */
  readonly offsetSeconds: number;
  readonly name?: string;
}

export const utc: Zone = { offsetSeconds: 0, name: "UTC" };

const secondsPerDay = 86_400n;

/** Days from 1970-01-01 to the date. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function daysIn(year: number, month: number): number {
  const next = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1);
  return next - daysFromCivil(year, month, 1);
}

/** The calendar's view of an instant, in nanoseconds since 1970 UTC. */
export function civilTime(unixNanoseconds: bigint, zone: Zone = utc): CivilTime {
  const local = unixNanoseconds + BigInt(zone.offsetSeconds) * 1_000_000_000n;
  const nanosecond = BigInt.asUintN(64, ((local % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  const seconds = (local - nanosecond) / 1_000_000_000n;
  const secondOfDay = ((seconds % secondsPerDay) + secondsPerDay) % secondsPerDay;
  const days = Number((seconds - secondOfDay) / secondsPerDay);
  const date = civilFromDays(days);
  const clock = Number(secondOfDay);
  return {
    ...date,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromCivil(date.year, 1, 1) + 1,
    hour: Math.floor(clock / 3600),
    minute: Math.floor(clock / 60) % 60,
    second: clock % 60,
    nanosecond: Number(nanosecond),
  };
}
