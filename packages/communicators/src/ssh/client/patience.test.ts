import { ConnectError } from "@kiln/sdk";
import { describe, expect, it } from "vitest";
import { Patience } from "./patience.ts";

describe("patience", () => {
  it("asks often at first and every five seconds later", () => {
    const patience = new Patience();
    const delays = Array.from({ length: 14 }, () => patience.after(new Error("refused")));
    expect(delays.slice(0, 4)).toEqual([100, 150, 225, 338]);
    expect(delays.at(-1)).toBe(5000);
    expect(patience.refusals).toBe(0);
  });
  it("gives ten refused logins a minute, as Packer does", () => {
    const patience = new Patience();
    const refused = new ConnectError("connect/authentication", "authentication", "no");
    const total = Array.from({ length: 9 }, () => patience.after(refused)).reduce((a, b) => a + b, 0);
    expect(total).toBeGreaterThan(60_000);
    expect(total).toBeLessThan(70_000);
    expect(patience.refusals).toBe(9);
  });
  it("gives a connection fifteen seconds at the most", () => {
    const patience = new Patience();
    expect([1, 2, 3, 4, 5, 9].map((n) => patience.dialTimeout(n))).toEqual([3000, 3000, 6000, 6000, 12_000, 15_000]);
  });
});
