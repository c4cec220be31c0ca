import { expect, it } from "vitest";
import { stringValue } from "../values/value.ts";
import { yamlText } from "./yaml-write.ts";

it("escapes what YAML's emitter calls unprintable, which a no-break space is not", () => {
  expect(yamlText(stringValue("a\u00a0b\u0085c\u2028d\te"))).toBe('"a\u00a0b\\Nc\\Ld\\te"\n');
});
