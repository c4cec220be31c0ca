import { describe, expect, it } from "vitest";
import { editDistance, nearestName } from "./suggest.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["kitten", "sitting", 3],
    ["region", "regoin", 2],
    ["abc", "", 3],
    ["abab", "ab", 2],
    ["xabcx", "xacx", 1],
    ["aaaa", "aa", 2],
  ])("%s, %s: %i", (a, b, edits) => {
    expect([editDistance(a, b, 9), editDistance(b, a, 9)]).toEqual([edits, edits]);
    expect(editDistance(a, b, edits)).toBe(edits);
    if (edits > 0) expect(editDistance(a, b, edits - 1)).toBe(edits);
  });
});

describe("nearestName", () => {
  it("takes the first of the nearest, whatever the case", () => {
    expect(nearestName("Regoin", ["other", "region", "regain"])).toBe("regain");
    expect(nearestName("reg", ["rig", "rug"])).toBe("rig");
    expect(nearestName("REGION", ["regions", "region"])).toBe("region");
    expect(nearestName("zone", ["region"])).toBeUndefined();
  });

  it("takes little time for many mistakes among many names", () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `name_${i}`);
    const started = performance.now();
    for (let i = 0; i < 2_000; i++) nearestName(`nmae_${i}`, names);
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(nearestName("nmae_7", names)).toBe("name_7");
  });
});
