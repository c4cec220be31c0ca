import { expect, it } from "vitest";
import { sortedJson } from "./sorted-json.ts";

it("sorts members by their bytes at every level and ends without a line break", () => {
  const value = { b: [1, { z: null, "10": "x", "9": "\u2028" }], a: {}, é: [], Z: true };
  expect(sortedJson(value)).toBe(
    '{\n  "Z": true,\n  "a": {},\n  "b": [\n    1,\n    {\n      "10": "x",\n      "9": "\\u2028",\n      "z": null\n    }\n  ],\n  "é": []\n}',
  );
});
