import { execFileSync } from "node:child_process";
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

  it("rewrites a journal that is mostly history when it is opened", () => {
    using state = stateDirectory();
    const path = join(state.path, "state.jsonl");
    const lines = Array.from({ length: 300 }, (_, i) => `[["put","vpcs","r",{"id":"a","cidr":"10.${i}"}]]`);
    writeFileSync(path, ['{"kiln":"local-cloud-state","version":1}', ...lines, ""].join("\n"));
    expect(reopened(state.path)).toEqual(["a"]);
    expect(readFileSync(path, "utf8").trim().split("\n")[1]).toContain("10.299");
    expect(readFileSync(path, "utf8").trim().split("\n")).toHaveLength(2);
  });

  it("leaves nothing of what is gone on the disk once it is closed", () => {
    using state = stateDirectory();
    const store = Store.open(state.path, clock);
    store.change((tx) => tx.put("vpcs", "r", vpc("a", "secret")));
    store.change((tx) => tx.put("vpcs", "r", vpc("a", "10.0.0.0/8")));
    store.close();
    const text = readFileSync(join(state.path, "state.jsonl"), "utf8");
    expect(text).toContain("10.0.0.0/8");
    expect(text).not.toContain("secret");
  });

  it("takes back what a full disk cut short, and keeps on with what fits", () => {
    using state = stateDirectory();
    const program = `
      import { Store } from ${JSON.stringify(new URL("./store.ts", import.meta.url).href)};
      const store = Store.open(${JSON.stringify(state.path)}, { now: () => 5, sleep: async () => {} });
      const put = (id, size) => store.change((tx) => tx.put("vpcs", "r", { id, cidr: "x".repeat(size), isDefault: false, tags: {} }));
      put("a", 100);
      try { put("big", 10_000); } catch (error) { process.stdout.write(error.code); }
      put("b", 100);
      process.stdout.write(" " + store.rows("vpcs", "r").map((row) => row.id));
    `;
    // A limit on file sizes stands in for the full disk: both end a write in its middle.
    const limited = ["-c", 'ulimit -f 2; exec "$0" --input-type=module --eval "$1"', process.execPath, program];
    expect(execFileSync("/bin/sh", limited, { encoding: "utf8" })).toBe("EFBIG a,b");
    expect(reopened(state.path)).toEqual(["a", "b"]);
  });

  it("names the line of a journal that is damaged in its middle", () => {
    using state = stateDirectory();
    writeFileSync(join(state.path, "state.jsonl"), '{"kiln":"local-cloud-state","version":1}\nnonsense\n[]\n');
    expect(() => Store.open(state.path, clock)).toThrow("state.jsonl, line 2");
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
        `in use by process ${process.pid}, serving http://127.0.0.1:1; stop that one, or set KILN_STATE_DIR=DIR`,
      );
    }
    await using again = await lockDirectory(state.path, true);
    expect(again).toBeDefined();
    await expect(lockDirectory(state.path)).rejects.toMatchObject({ owner: { pid: process.pid, serves: true } });
  });
});
