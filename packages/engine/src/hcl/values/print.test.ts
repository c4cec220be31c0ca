import { BigFloat, numberValue, tupleValue } from "@kiln/hcl";
import { expect, it } from "vitest";
import { printValue } from "./print.ts";

it("shows no negative zero, as Packer's console does not", () => {
  const zero = numberValue(BigFloat.double(-0));
  expect([printValue(zero), printValue(tupleValue([zero]))]).toEqual(["0", "[\n  0,\n]"]);
});
