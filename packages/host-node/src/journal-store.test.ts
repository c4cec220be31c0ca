import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEntry } from "@kiln/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileJournals } from "./journal-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (resource: string, event: JournalEntry["event"], more: Partial<JournalEntry> = {}): JournalEntry => ({
  at: "2024-03-05T14:07:09.000Z",
  run: "run-1",
  build: "web",
  resource,
  event,
  kind: "test.thing",
  intent: { name: resource },
  ...more,
});

describe("journals in files", () => {
  it("leaves no file for a run that makes nothing", async () => {
    await using _ = await fileJournals(join(folder, "runs")).open("run-1", "build t.json");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps entries private, in order, and knows what is outstanding", async () => {
    const store = fileJournals(folder);
    {
      await using journal = await store.open("run-1", "build t.json");
      await Promise.all([
        journal.append(entry("r1", "intent")),
        journal.append(entry("r1", "acquired", { ref: "i-1" })),
      ]);
      await journal.append(entry("r2", "intent"));
      await journal.append(entry("r3", "intent"));
      await journal.append(entry("r3", "released"));
    }
    expect(statSync(join(folder, "run-1.jsonl")).mode & 0o777).toBe(0o600);
    const [run] = await store.runs();
    expect(run).toMatchObject({ run: "run-1", command: "build t.json", alive: true });
    expect(run?.outstanding.map((e) => [e.resource, e.event, e.ref])).toEqual([
      ["r1", "acquired", "i-1"],
      ["r2", "intent", undefined],
    ]);
  });

  it("names the file that cannot be written, and the variable that says where it lies", async () => {
    writeFileSync(join(folder, "runs"), "");
    await using journal = await fileJournals(join(folder, "runs")).open("run-1", "build");
    await expect(journal.append(entry("r1", "intent"))).rejects.toThrow(
      `the journal ${folder}/runs/run-1.jsonl cannot be written: `,
    );
    await expect(journal.append(entry("r1", "intent"))).rejects.toThrow("KILN_STATE_DIR says where journals lie");
  });

  it("remembers the id of a thing whose release failed", async () => {
    const store = fileJournals(folder);
    await using journal = await store.open("run-1", "build");
    await journal.append(entry("r1", "intent"));
    await journal.append(entry("r1", "acquired", { ref: "i-1" }));
    await journal.append(entry("r1", "release-failed", { error: "no" }));
    expect((await store.runs())[0]?.outstanding).toMatchObject([{ resource: "r1", ref: "i-1", error: "no" }]);
  });

  it("reads a journal whose last line was cut by a crash, and one whose process is gone", async () => {
    const dead = spawnSync(process.execPath, ["-e", "console.log(process.pid)"]).stdout.toString().trim();
    const header = {
      version: 1,
      run: "run-1",
      at: "2024-03-05T14:07:09.000Z",
      command: "build",
      pid: Number(dead),
      started: "x",
    };
    const lines = [header, entry("r1", "intent")].map((l) => JSON.stringify(l)).join("\n");
    writeFileSync(join(folder, "run-1.jsonl"), `${lines}\n{"at":"2024`);
    const [run] = await fileJournals(folder).runs();
    expect(run).toMatchObject({ alive: false });
    expect(run?.outstanding).toHaveLength(1);
  });

  it("goes on after a line that was cut, and reads what follows", async () => {
    const store = fileJournals(folder);
    {
      await using journal = await store.open("run-1", "build");
      await journal.append(entry("r1", "intent"));
    }
    appendFileSync(join(folder, "run-1.jsonl"), '{"at":"2024');
    {
      await using journal = await store.resume("run-1");
      await journal.append(entry("r1", "released"));
    }
    expect((await store.find("run-1"))?.outstanding).toEqual([]);
  });

  it("knows runs by their name, and none that has no journal", async () => {
    const store = fileJournals(folder);
    await using journal = await store.open("run-1", "build");
    await journal.append(entry("r1", "intent"));
    expect(await store.find("run-1")).toMatchObject({ run: "run-1", alive: true });
    expect(await store.find("run-2")).toBeUndefined();
  });

  it("lists runs while others begin and end", async () => {
    const store = fileJournals(folder);
    const busy = async (run: string): Promise<void> => {
      for (let i = 0; i < 25; i++) {
        await using journal = await store.open(`${run}-${i}`, "build");
        await journal.append(entry("r1", "intent", { run: `${run}-${i}` }));
        await store.forget(`${run}-${i}`);
      }
    };
    let over = false;
    const others = Promise.all(["a", "b", "c"].map(busy)).finally(() => {
      over = true;
    });
    // Each is alive for as long as it is there.
    while (!over) for (const run of await store.runs()) expect(run.alive).toBe(true);
    await others;
    expect(await store.runs()).toEqual([]);
  });

  it("goes on writing to a dead run's journal and forgets it in the end", async () => {
    const store = fileJournals(folder);
    {
      await using journal = await store.open("run-1", "build");
      await journal.append(entry("r1", "intent"));
    }
    {
      await using journal = await store.resume("run-1");
      await journal.append(entry("r1", "released"));
    }
    expect(readFileSync(join(folder, "run-1.jsonl"), "utf8").split("\n")).toHaveLength(5);
    expect((await store.runs())[0]?.outstanding).toEqual([]);
    await store.forget("run-1");
    expect(await store.runs()).toEqual([]);
  });
});
