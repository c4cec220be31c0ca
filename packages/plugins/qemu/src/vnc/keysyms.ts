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

/** Latin-1 characters are their own symbols; the others are marked as Unicode. A line break is the enter key. */
export function keysymOf(char: string): number {
  if (char === "\n") return specialKeysyms.enter;
  if (char === "\t") return specialKeysyms.tab;
  const code = char.codePointAt(0) ?? 0;
  return code <= 0xff ? code : 0x0100_0000 + code;
}
