import type { Parts } from "./inputs-digest.ts";

/** How many changes are named before the rest is counted. */
const named = 3;

/** What differs between two sets of inputs, for a person: `script setup.sh changed`. Empty where nothing does. */
export function differences(before: Parts, now: Parts): string {
  const texts = [
    ...Object.keys(now).flatMap((label) => {
      if (!Object.hasOwn(before, label)) return `${label} is new`;
      return before[label] === now[label] ? [] : `${label} changed`;
    }),
    ...Object.keys(before)
      .filter((label) => !Object.hasOwn(now, label))
      .map((label) => `${label} is gone`),
  ];
  // A file that changed says more than the option that names another one.
  texts.sort((a, b) => Number(a.startsWith("option ")) - Number(b.startsWith("option ")));
  const shown = texts.slice(0, named).join(", ");
  return texts.length > named ? `${shown} and ${texts.length - named} more` : shown;
}
