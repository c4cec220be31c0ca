/** Keys that have a name instead of a character, as boot commands write them in lower case. Source: Packer's reference. */
export const specialKeyNames = [
  "bs",
  "del",
  "down",
  "end",
  "enter",
  "esc",
  "f1",
  "f2",
  "f3",
  "f4",
  "f5",
  "f6",
  "f7",
  "f8",
  "f9",
  "f10",
  "f11",
  "f12",
  "home",
  "insert",
  "left",
  "leftalt",
  "leftcommand",
  "leftctrl",
  "leftoption",
  "leftshift",
  "leftsuper",
  "menu",
  "pagedown",
  "pageup",
  "return",
  "right",
  "rightalt",
  "rightcommand",
  "rightctrl",
  "rightoption",
  "rightshift",
  "rightsuper",
  "spacebar",
  "tab",
  "up",
] as const;
export type SpecialKey = (typeof specialKeyNames)[number];

/** The key of a name in any case. */
export function specialKeyNamed(name: string): SpecialKey | undefined {
  const lower = name.toLowerCase();
  return specialKeyNames.find((known) => known === lower);
}
