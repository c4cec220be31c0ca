import { runeCount } from "./go-string.ts";

/** What stands between `%` and the verb. */
export interface FormatFlags {
  width: number | undefined;
  precision: number | undefined;
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v` and `%#v` change the meaning of their flag. */
  plusV: boolean;
  sharpV: boolean;
}

export function noFlags(): FormatFlags {
  return {
    width: undefined,
    precision: undefined,
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
  };
}

/** Fill characters; zeros only ever stand to the left. */
export function padding(flags: FormatFlags, count: number, zero = flags.zero): string {
  return count > 0 ? (zero && !flags.minus ? "0" : " ").repeat(count) : "";
}

/** The text in its width, counted in runes. */
export function padded(flags: FormatFlags, text: string, zero = flags.zero): string {
  if (!flags.width) return text;
  const fill = padding(flags, flags.width - runeCount(text), zero);
  return flags.minus ? text + fill : fill + text;
}
