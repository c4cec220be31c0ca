import { expect, it } from "vitest";
import { parseConstraint } from "./version-constraint.ts";

it.each([
  [">= 1.7.0", "1.16.0", true],
  [">= 1.7, < 1.16", "1.16.0", false],
  ["1.16.0", "1.16.0", true],
  ["= 1.16", "1.16.0", true],
  ["!= 1.16.0", "1.16.0", false],
  ["~> 1.7", "1.16.0", true],
  ["~> 1.7.0", "1.16.0", false],
  ["~> 1", "2.0", false],
  ["~> 1.7", "1.6.9", false],
  ["> 1.15,<=1.16.0", "1.16.0", true],
])("%s allows %s: %s", (constraint, version, allowed) => {
  expect(parseConstraint(constraint)?.allows(version)).toBe(allowed);
});

it.each(["", "x", ">= ", "1.x", ">> 1", "1.0 2.0"])("%j is no constraint", (text) => {
  expect(parseConstraint(text)).toBeUndefined();
});
