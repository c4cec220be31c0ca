import { editDistance, nearestWithin } from "@kiln/sdk";

/** Names further than this from what was typed are no help. HCL's own limit. */
const NEAR = 2;

/** The nearest of the names, if it is near enough to be what was meant. */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  return nearestWithin(given, names, NEAR);
}

/** The first of the names that is near enough: what HCL takes where it has a fixed list. */
export function firstNear(given: string, names: Iterable<string>): string | undefined {
  for (const name of names) if (editDistance(given, name, NEAR) <= NEAR) return name;
  return undefined;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(name: string | undefined): string {
  return name === undefined ? "" : ` Did you mean "${name}"?`;
}
