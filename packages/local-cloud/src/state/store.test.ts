import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { stateDirectory } from "../testing/cloud-fixture.ts";
import { DirectoryInUseError, lockDirectory } from "./directory-lock.ts";
import type { VpcRow } from "./rows.ts";
import { Store } from "./store.ts";

const clock = { now: () => 5, sleep: async () => {} };
const vpc = (id: string, cidr = "10.0.0.0/16"): VpcRow => ({ id, cidr, isDefault: false, tags: {} });

function reopened(directory: string): string[] {
  const store = Store.open(directory, clock);
  const ids = store.rows("vpcs", "r").map((row) => row.id);
  store.close();
  return ids;
}

describe("the store", () => {
  it("has after reopening what was put, not what was removed or volatile", () => {
    using state = stateDirectory();
    const store = Store.open(state.path, clock);
    store.seed("vpcs", "r", [vpc("seeded")]);
    store.change((tx) => {
      tx.put("vpcs", "r", vpc("kept"));
      tx.put("vpcs", "r", vpc("gone"));
      tx.putVolatile("vpcs", "r", vpc("volatile"));
    });
    store.change((tx) => tx.remove("vpcs", "r", "gone"));
    expect(store.rows("vpcs", "r").map((row) => row.id)).toEqual(["seeded", "kept", "volatile"]);
    store.close();
    expect(reopened(state.path)).toEqual(["kept"]);
    expect(statSync(join(state.path, "state.jsonl")).mode & 0o777).toBe(0o600);
  });

  it("drops a transaction that a crash cut short, wholly, and goes on from there", () => {
    using state = stateDirectory();
    const store = Store.open(state.path, clock);
    store.change((tx) => tx.put("vpcs", "r", vpc("a")));
    store.close();
    const path = join(state.path, "state.jsonl");
    appendFileSync(path, '[["put","vpcs","r",{"id":"half"}],["put","vp');
    expect(reopened(state.path)).toEqual(["a"]);
    const again = Store.open(state.path, clock);
    again.change((tx) => tx.put("vpcs", "r", vpc("b")));
    again.close();
    expect(reopened(state.path)).toEqual(["a", "b"]);
    expect(readFileSync(path, "utf8")).not.toContain("half");
  });

  it("rewrites a journal that is mostly history", () => {
    using state = stateDirectory();
    const store = Store.open(state.path, clock);
    for (let i = 0; i < 300; i++) store.change((tx) => tx.put("vpcs", "r", vpc("a", `10.${i}`)));
    store.close();
    expect(reopened(state.path)).toEqual(["a"]);
    const lines = readFileSync(join(state.path, "state.jsonl"), "utf8").trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain("10.299");
  });

  it("says so when another version wrote the journal", () => {
    using state = stateDirectory();
    writeFileSync(join(state.path, "state.jsonl"), '{"kiln":"local-cloud-state","version":99}\n');
    expect(() => Store.open(state.path, clock)).toThrow("another version of Kiln");
  });
});

describe("the lock of a directory", () => {
  it("is one process's, says whose, and is free again afterwards", async () => {
    using state = stateDirectory();
    {
      await using lock = await lockDirectory(state.path);
      lock.announce("http://127.0.0.1:1");
      await expect(lockDirectory(state.path)).rejects.toThrow(DirectoryInUseError);
      await expect(lockDirectory(state.path)).rejects.toThrow(
        `in use by process ${process.pid}, serving http://127.0.0.1:1`,
      );
    }
    await using again = await lockDirectory(state.path);
    expect(again).toBeDefined();
  });
});
