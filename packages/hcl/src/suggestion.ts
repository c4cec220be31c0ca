import { editDistance } from "@kiln/sdk";

/** Names further than this from what was typed are no help. HCL's own limit. */
const NEAR = 2;

function distance(a: string, b: string): number {
  return Math.abs(a.length - b.length) > NEAR ? NEAR + 1 : editDistance(a, b);
}

/** The nearest of the names, if it is near enough to be what was meant. */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = NEAR + 1;
  for (const name of names) {
    const d = distance(given, name);
    if (d < bestDistance) {
      best = name;
      bestDistance = d;
    }
  }
  return best;
}

/** The first of the names that is near enough: what HCL takes where it has a fixed list. */
export function firstNear(given: string, names: Iterable<string>): string | undefined {
  for (const name of names) if (distance(given, name) <= NEAR) return name;
  return undefined;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(name: string | undefined): string {
  return name === undefined ? "" : ` Did you mean "${name}"?`;
}
