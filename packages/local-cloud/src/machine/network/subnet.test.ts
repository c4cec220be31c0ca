import { describe, expect, it } from "vitest";
import { AddressPool, freeSubnet } from "./subnet.ts";

describe("freeSubnet", () => {
  it("takes the seed's network when nothing is in its way", () => {
    expect(freeSubnet(["192.0.2.0/24", "default", "fe80::/64"], 7)?.cidr).toBe("10.200.7.0/24");
  });

  it("passes over networks that the host's routes touch, wider and narrower ones", () => {
    expect(freeSubnet(["10.200.0.0/16"], 7)?.cidr).toBe("10.201.0.0/24");
    expect(freeSubnet(["10.200.7.9", "10.200.8.128/25"], 7)?.cidr).toBe("10.200.9.0/24");
  });

  it("says so when all is taken", () => {
    expect(freeSubnet(["10.0.0.0/8"], 7)).toBeUndefined();
  });
});

describe("AddressPool", () => {
  it("gives the longest unused number", () => {
    const pool = new AddressPool();
    const [first, second] = [pool.take(), pool.take()];
    pool.give(first ?? 0);
    expect([first, second, pool.take()]).toEqual([2, 3, 4]);
  });

  it("runs out after 252", () => {
    const pool = new AddressPool();
    for (let count = 0; count < 252; count++) expect(pool.take()).toBeDefined();
    expect(pool.take()).toBeUndefined();
  });
});
