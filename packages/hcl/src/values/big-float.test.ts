import { describe, expect, it } from "vitest";
import { BigFloat } from "./big-float.ts";
import { parseNumber } from "./big-float-parse.ts";
import { formatNumber, numberText } from "./big-float-text.ts";

const number = (text: string): BigFloat => {
  const n = parseNumber(text);
  if (!n) throw new Error(`${text} is no number`);
  return n;
};

describe("BigFloat", () => {
  it.each([
    ["0", "0"],
    ["-0", "-0"],
    ["1e3", "1000"],
    [".5", "0.5"],
    ["5.", "5"],
    ["+7", "7"],
    ["1p4", "16"],
    ["inf", "+Inf"],
    ["0.1", "0.1"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
  ])("reads %s and writes %s", (text, written) => {
    expect(numberText(number(text))).toBe(written);
  });

  it.each(["", "-", ".", "1e", "0x10", "1_000", "1 ", "nan", "١"])("does not read %j", (text) => {
    expect(parseNumber(text)).toBeUndefined();
  });

  it("agrees with doubles when it has their precision", () => {
    let seed = 42;
    const next = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    for (let i = 0; i < 500; i++) {
      const a = (next() - 0.5) * 10 ** Math.floor(next() * 40 - 20);
      const b = (next() - 0.5) * 10 ** Math.floor(next() * 40 - 20);
      const [x, y] = [BigFloat.double(a), BigFloat.double(b)];
      expect(x.toNumber()).toBe(a);
      expect(x.add(y)?.toNumber()).toBe(a + b);
      expect(x.subtract(y)?.toNumber()).toBe(a - b);
      expect(x.multiply(y)?.toNumber()).toBe(a * b);
      expect(x.divide(y)?.toNumber()).toBe(a / b);
      expect(x.compare(y)).toBe(Math.sign(a - b));
      expect(Number(formatNumber(x, "e", -1))).toBe(a);
    }
  });

  it("keeps infinities and signed zeros as Go does", () => {
    const infinity = BigFloat.infinity(false);
    expect(infinity.add(infinity.negate())).toBeUndefined();
    expect(number("0").multiply(infinity)).toBeUndefined();
    expect(number("0").divide(number("0"))).toBeUndefined();
    expect(numberText(number("-1").divide(number("0")) ?? infinity)).toBe("-Inf");
    expect(numberText(number("0").multiply(number("-1")) ?? infinity)).toBe("-0");
  });

  it.each([
    ["-0", "-0", "0"],
    ["-0", "0", "-0"],
    ["0", "-0", "0"],
    ["-3", "-3", "0"],
  ])("subtracts from %s the number %s, which gives %s", (a, b, difference) => {
    const made = number(a).subtract(number(b));
    expect(made && numberText(made)).toBe(difference);
  });
  it("adds numbers of very different size without holding all digits between them", () => {
    const sum = number("1e100000").add(number("1e-100000"));
    expect(sum?.equals(number("1e100000"))).toBe(true);
  });
});
