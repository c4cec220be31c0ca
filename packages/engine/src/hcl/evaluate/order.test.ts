import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOrder } from "./order.ts";

const node = (key: string, ...needs: readonly string[]) => ({ key, needs });
const keys = (nodes: readonly { readonly key: string }[]): string => nodes.map(({ key }) => key).join("");

describe("inOrder", () => {
  it("puts what is needed first, otherwise as given", () => {
    expect(keys(inOrder([node("a", "c"), node("b"), node("c", "d"), node("d", "nobody")]).sorted)).toBe("dcab");
  });
  it("finds circles, and still orders the rest", () => {
    const { sorted, circles } = inOrder([node("a", "b"), node("b", "c"), node("c", "b"), node("d")]);
    expect(circles.map(keys)).toEqual(["bcb"]);
    expect(keys(sorted)).toBe("cbad");
    expect(inOrder([node("a", "a")]).circles.map(keys)).toEqual(["aa"]);
  });
  it("holds for every graph without circles", () => {
    const graph = fc.array(fc.array(fc.nat(30)), { maxLength: 30 });
    fc.assert(
      fc.property(graph, (needs) => {
        // Nodes need earlier ones alone, so there is no circle; they are given backwards.
        const nodes = needs.map((list, i) => node(`n${i}`, ...list.filter((n) => n < i).map((n) => `n${n}`)));
        const { sorted, circles } = inOrder(nodes.toReversed());
        const place = new Map(sorted.map(({ key }, i) => [key, i]));
        expect(circles).toEqual([]);
        expect(sorted.length).toBe(nodes.length);
        for (const { key, needs: wanted } of nodes)
          for (const want of wanted) expect(place.get(want)).toBeLessThan(place.get(key) ?? -1);
      }),
    );
  });
});
