import type { SpecialKey } from "@kiln/sdk";

/** X11 key symbols, which is what RFB sends. */
export const shiftKey = 0xffe1;

/** Symbols of the named keys. Source: X11's keysymdef.h; `del` is the symbol that Packer sends. */
export const specialKeysyms: Readonly<Record<SpecialKey, number>> = {
  bs: 0xff08,
  del: 0xffff,
  down: 0xff54,
  end: 0xff57,
  enter: 0xff0d,
  esc: 0xff1b,
  f1: 0xffbe,
  f2: 0xffbf,
  f3: 0xffc0,
  f4: 0xffc1,
  f5: 0xffc2,
  f6: 0xffc3,
  f7: 0xffc4,
  f8: 0xffc5,
  f9: 0xffc6,
  f10: 0xffc7,
  f11: 0xffc8,
  f12: 0xffc9,
  home: 0xff50,
  insert: 0xff63,
  left: 0xff51,
  leftalt: 0xffe9,
  leftcommand: 0xffeb,
  leftctrl: 0xffe3,
  leftoption: 0xffe9,
  leftshift: 0xffe1,
  leftsuper: 0xffeb,
  menu: 0xff67,
  pagedown: 0xff56,
  pageup: 0xff55,
  return: 0xff0d,
  right: 0xff53,
  rightalt: 0xffea,
  rightcommand: 0xffec,
  rightctrl: 0xffe4,
  rightoption: 0xffea,
  rightshift: 0xffe2,
  rightsuper: 0xffec,
  spacebar: 0x20,
  tab: 0xff09,
  up: 0xff52,
};

const shifted = '~!@#$%^&*()_+{}|:"<>?';

/** Whether a character is typed with shift on an American keyboard. */
export function needsShift(char: string): boolean {
  return shifted.includes(char) || (char.toLowerCase() !== char && char.toUpperCase() === char);
}

/**
 * What Packer sends for a character: its code point, whatever it is. So the line breaks and tabs of a heredoc press no key: `<enter>` and
 * `<tab>` do.
 */
export function keysymOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}
