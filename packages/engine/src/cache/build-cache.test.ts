import { FakeUi } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { cleanUp } from "../cleanup/clean-up.ts";
import { CacheBed, type TestStep } from "./build-under-test.ts";
import { contentsOf } from "./orphans.ts";
import { pruneCache } from "./prune.ts";
import { CacheStore } from "./store.ts";

const abc: readonly TestStep[] = [{ text: "a" }, { text: "b" }, { text: "c" }];

describe("a build with -cache", () => {
  it("runs everything once, and nothing when nothing changed", async () => {
    const bed = new CacheBed();
    const first = await bed.build({ image: "base", steps: abc });
    expect(bed.ran).toEqual(["a", "b", "c"]);
    expect(bed.cacheLines).toEqual([
      "nothing to start from: no earlier build stored anything",
      "stored the state after provisioner 1 (step)",
      "stored the state after provisioner 2 (step)",
      "stored the state after provisioner 3 (step)",
    ]);
    const second = await bed.build({ image: "base", steps: abc });
    expect(bed.ran).toEqual([]);
    expect(bed.cacheLines).toEqual([
      "every provisioner is reused: 1 (step), 2 (step), 3 (step); stored 2024-03-05 14:07:09 UTC",
    ]);
    expect(second).toEqual(first);
  });

  it("stores and reuses nothing without the flag", async () => {
    const bed = new CacheBed();
    await bed.build({ image: "base", steps: abc, cache: false });
    await bed.build({ image: "base", steps: abc, cache: false });
    expect(bed.ran).toEqual(["a", "b", "c"]);
    expect(bed.cacheLines).toEqual([]);
    expect(bed.host.files.paths()).toEqual([]);
  });

  it("starts from the deepest state and says what changed", async () => {
    const bed = new CacheBed();
    bed.host.files.put("setup.sh", "one");
    const steps = (text: string): readonly TestStep[] => [{ text: "a" }, { text: "b", files: ["setup.sh"] }, { text }];
    await bed.build({ image: "base", steps: steps("c") });
    await bed.build({ image: "base", steps: steps("d") });
    expect(bed.ran).toEqual(["d"]);
    expect(bed.cacheLines.slice(0, 2)).toEqual([
      "reusing: 1 (step), 2 (step); stored 2024-03-05 14:07:09 UTC",
      "provisioner 3 (step) runs again: option text changed",
    ]);
    bed.host.files.put("setup.sh", "two");
    expect(await bed.build({ image: "base", steps: steps("d") })).toEqual(["base", "a:", "b:setup.sh 644 two", "d:"]);
    expect(bed.ran).toEqual(["b", "d"]);
    expect(bed.cacheLines[1]).toBe("provisioner 2 (step) runs again: script setup.sh changed");
    bed.host.files.put("setup.sh", "two", 0o755);
    await bed.build({ image: "base", steps: steps("d") });
    expect(bed.ran).toEqual(["b", "d"]);
    await bed.build({ image: "other", steps: steps("d") });
    expect(bed.ran).toEqual(["a", "b", "d"]);
    expect(bed.cacheLines[0]).toBe("nothing to start from: option image changed");
    await bed.build({ image: "base", steps: [{ text: "a", type: "other" }, ...steps("d").slice(1)] });
    expect(bed.cacheLines[0]).toBe("nothing to start from: provisioner 1 (other): step stood here before");
    await bed.build({ image: "base", steps: steps("d"), version: "2" });
    expect(bed.cacheLines[0]).toBe("nothing to start from: Kiln's version changed");
  });

  it("reads directories and the environment as inputs", async () => {
    const bed = new CacheBed();
    bed.host.files.put("/app/x", "1");
    const steps: readonly TestStep[] = [{ text: "a", files: ["/app"], environment: ["HOME"] }];
    await bed.build({ image: "base", steps });
    bed.host.files.put("/app/y", "2");
    await bed.build({ image: "base", steps });
    expect(bed.cacheLines[0]).toBe("nothing to start from: provisioner 1 (step): script /app changed");
    (bed.host.env as Record<string, string>)["HOME"] = "/root";
    await bed.build({ image: "base", steps });
    expect(bed.cacheLines[0]).toBe("nothing to start from: provisioner 1 (step): environment HOME changed");
    expect(bed.ran).toEqual(["a"]);
  });

  it("never reuses what cannot say what it depends on, nor what follows it", async () => {
    const bed = new CacheBed();
    const steps: readonly TestStep[] = [
      { text: "a" },
      { text: "b", type: "shell-local", never: "works on this machine" },
      { text: "c" },
    ];
    await bed.build({ image: "base", steps });
    await bed.build({ image: "base", steps });
    expect(bed.ran).toEqual(["b", "c"]);
    expect(bed.cacheLines).toEqual([
      "reusing: 1 (step); stored 2024-03-05 14:07:09 UTC",
      "provisioner 2 (shell-local) runs in every build, and so does what follows: it works on this machine",
    ]);
    await bed.build({ image: "base", steps: [{ text: "x", files: ["/not/there"] }] });
    expect(bed.cacheLines).toEqual([
      "provisioner 1 (step) runs in every build: it needs /not/there, which is not there yet",
    ]);
  });

  it("stores nothing that a retry, or a file that changed meanwhile, has touched", async () => {
    const bed = new CacheBed();
    bed.host.files.put("setup.sh", "one");
    await bed.build({
      image: "base",
      steps: [{ text: "a" }, { text: "b", failures: 1, meta: { maxRetries: 2 } }, { text: "c" }],
    });
    expect(bed.cacheLines.slice(1)).toEqual([
      "stored the state after provisioner 1 (step)",
      "nothing is stored from provisioner 2 (step) on: it did not succeed at the first try",
    ]);
    await bed.build({
      image: "base",
      steps: [{ text: "a" }, { text: "b", failures: 1, meta: { continueOnError: true } }],
    });
    expect(bed.cacheLines.at(-1)).toBe(
      "nothing is stored from provisioner 2 (step) on: it did not succeed at the first try",
    );
    const before = (): void => bed.host.files.put("setup.sh", "two");
    await bed.build({ image: "base", steps: [{ text: "b", files: ["setup.sh"], before }, { text: "c" }] });
    expect(bed.cacheLines.at(-1)).toBe(
      "nothing is stored from provisioner 1 (step) on: what it depends on did not stay the same while it ran (script setup.sh changed)",
    );
  });

  it("goes on building when a state cannot be stored, and leaves nothing of it", async () => {
    const bed = new CacheBed();
    expect(await bed.build({ image: "base", steps: abc, saveFails: true })).toEqual(["base", "a:", "b:", "c:"]);
    expect(bed.cacheLines.at(-1)).toBe(
      "the state after provisioner 3 (step) could not be stored, the build goes on: no space left",
    );
    expect(bed.host.files.paths()).toEqual(["/cache/salt"]);
    const other = new CacheBed();
    other.host.files.failWith("/cache/salt", "EACCES");
    expect(await other.build({ image: "base", steps: abc })).toEqual(["base", "a:", "b:", "c:"]);
    expect(other.cacheLines[0]).toMatch(
      /^nothing is reused or stored, since \/cache cannot be used: the cache's salt, .* cannot be read: permission denied$/,
    );
  });

  it("runs no reused provisioner again when a person retries the step, and stores nothing of that", async () => {
    const bed = new CacheBed();
    await bed.build({ image: "base", steps: abc.slice(0, 1) });
    const steps: readonly TestStep[] = [{ text: "a" }, { text: "b", failures: 1 }, { text: "c" }];
    expect(await bed.build({ image: "base", steps, answers: ["r"] })).toEqual(["base", "a:", "b:", "b:", "c:"]);
    expect(bed.ran).toEqual(["b", "b", "c"]);
    expect(bed.cacheLines.filter((line) => line.startsWith("stored"))).toEqual([]);
    expect(await bed.store.list(new AbortController().signal)).toHaveLength(1);
  });

  it("says that a builder cannot save its machines", async () => {
    const bed = new CacheBed();
    await bed.build({ image: "base", steps: abc, cannotSave: true });
    expect(bed.cacheLines).toContain("test machines cannot be saved between provisioners: every provisioner runs");
  });

  it("keeps secrets out of the store", async () => {
    const bed = new CacheBed();
    (bed.host.env as Record<string, string>)["TOKEN"] = "hunter2-in-env";
    bed.host.files.put("secret.txt", "hunter2-in-file");
    await bed.build({
      image: "base",
      steps: [{ text: "hunter2-in-config", environment: ["TOKEN"], files: ["secret.txt"] }],
    });
    for (const path of bed.host.files.paths().filter((p) => p.startsWith("/cache/") && !p.endsWith("/machine"))) {
      expect(bed.host.files.text(path)).not.toContain("hunter2");
    }
    const other = new CacheBed();
    other.host.random.bytes(7);
    await other.build({ image: "base", steps: [{ text: "hunter2-in-config" }] });
    const keys = async (b: CacheBed) => (await b.store.list(new AbortController().signal)).map((e) => e.key);
    expect(await keys(other)).not.toEqual(await keys(bed));
  });
});

describe("an entry that is not as it was stored", () => {
  const { signal } = new AbortController();
  const entryOf = async (bed: CacheBed, done: number) => {
    const found = (await bed.store.list(signal)).find((e) => e.record?.done === done);
    if (!found) throw new Error("nothing stored");
    return `/cache/entries/${found.key}`;
  };
  const damages: Readonly<Record<string, (bed: CacheBed, entry: string) => void | Promise<void>>> = {
    "its file machine is not as it was stored": (bed, entry) =>
      bed.host.files.put(`${entry}/state/machine`, '["evil"]'),
    "its file machine is gone": (bed, entry) => bed.host.files.remove(`${entry}/state/machine`),
    "its record is damaged": (bed, entry) => bed.host.files.put(`${entry}/record.json`, "{"),
    "its record cannot be read": (bed, entry) => bed.host.files.remove(`${entry}/record.json`),
    "its record was changed, or comes from another store": (bed, entry) =>
      bed.host.files.put(
        `${entry}/record.json`,
        (bed.host.files.text(`${entry}/record.json`) ?? "").replace(/"done": \d/, '"done": 1'),
      ),
    "its image is gone": (bed) => bed.images.clear(),
  };
  for (const [why, damage] of Object.entries(damages)) {
    it(`is a miss, and goes: ${why}`, async () => {
      const bed = new CacheBed();
      const right = await bed.build({ image: "base", steps: abc });
      await damage(bed, await entryOf(bed, 3));
      expect(await bed.build({ image: "base", steps: abc })).toEqual(right);
      expect(bed.cacheLines[0]).toBe(`the state stored after provisioner 3 (step) is not used and goes: ${why}`);
      expect(bed.ran.at(-1)).toBe("c");
      expect(await bed.build({ image: "base", steps: abc })).toEqual(right);
      expect(bed.ran).toEqual([]);
    });
  }

  it("is foreign when it comes from another store", async () => {
    const [one, two] = [new CacheBed(), new CacheBed()];
    two.host.random.bytes(3);
    await one.build({ image: "base", steps: abc });
    await two.build({ image: "base", steps: abc });
    const [from, to] = [await entryOf(one, 3), await entryOf(two, 3)];
    expect(from).not.toBe(to);
    two.host.files.put(`${to}/record.json`, one.host.files.text(`${from}/record.json`) ?? "");
    two.host.files.put(`${to}/state/machine`, '["evil"]');
    expect(await two.build({ image: "base", steps: abc })).toEqual(["base", "a:", "b:", "c:"]);
  });
});

describe("the store", () => {
  const { signal } = new AbortController();

  it("is pruned by age, by size and whole; what is outside goes too", async () => {
    const bed = new CacheBed();
    await bed.build({ image: "base", steps: abc });
    bed.host.clock.advance(3_600_000);
    await bed.build({ image: "base", steps: abc.slice(0, 2) });
    const access = {
      host: bed.host,
      ui: new FakeUi(),
    };
    const prune = async (limits: object, dryRun = false) => {
      const seen: number[] = [];
      const onEntry = (entry: { readonly record?: { readonly done: number } }) =>
        void seen.push(entry.record?.done ?? 0);
      await pruneCache({
        store: bed.store,
        registry: bed.registry,
        access,
        signal,
        limits,
        dryRun,
        onEntry,
        onOrphan: () => {},
      });
      return seen;
    };
    expect(await prune({ olderThanMs: 60_000 }, true)).toEqual([3]);
    expect(bed.images.size).toBe(3);
    expect(await prune({ olderThanMs: 60_000 })).toEqual([3]);
    expect(bed.images.size).toBe(2);
    expect(await prune({ maxBytes: 1500 })).toEqual([2]);
    expect(await prune({})).toEqual([1]);
    expect(bed.images.size).toBe(0);
    expect(await bed.store.list(signal)).toEqual([]);
    expect(bed.host.files.paths()).toEqual(["/cache/salt"]);
  });

  it("is rid of what damaged entries held outside, whatever was damaged, and of nothing else", async () => {
    const bed = new CacheBed();
    const { files } = bed.host;
    const access = { host: bed.host, ui: new FakeUi() };
    const prune = async (dryRun = false) => {
      const said: string[] = [];
      const onOrphan = (text: string) => void said.push(text);
      const limits = { maxBytes: 1e9 };
      const request = { store: new CacheStore(bed.host, "/cache"), registry: bed.registry, access, signal, limits };
      const pruned = await pruneCache({ ...request, dryRun, onEntry: () => {}, onOrphan });
      return { ...pruned, said };
    };
    await bed.build({ image: "base", steps: abc });
    for (const path of files.paths()) if (path.endsWith("/record.json")) await files.write(path, "");
    await bed.build({ image: "base", steps: abc });
    expect(bed.images.size).toBe(6);
    expect((await contentsOf(bed.store, signal)).orphans).toHaveLength(3);
    expect(await prune(true)).toMatchObject({ removed: 0, orphans: 3, bytes: 3000 });
    expect(bed.images.size).toBe(6);
    expect((await prune()).said).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/^image \w+$/)));
    expect(bed.images.size).toBe(3);
    await files.write("/cache/salt", "");
    // A note that somebody changed names nothing of ours.
    const [note = ""] = files.paths().filter((path) => path.startsWith("/cache/outside/"));
    await files.write(note, JSON.stringify({ kind: "test.image", ref: "foreign", bytes: 1 }));
    bed.images.set("foreign", []);
    expect(await prune()).toMatchObject({ removed: 3, orphans: 3, failed: 0 });
    expect(bed.images.has("foreign")).toBe(true);
    expect(bed.images.size).toBe(2);
  });

  it("names a salt that cannot be read", async () => {
    const bed = new CacheBed();
    await bed.build({ image: "base", steps: abc });
    await bed.host.files.remove("/cache/salt");
    await bed.host.files.makeDirectory("/cache/salt");
    const store = new CacheStore(bed.host, "/cache");
    await expect(store.list(signal)).rejects.toThrow("the cache's salt, /cache/salt, cannot be read: is a directory");
  });

  it("takes one of two states that were stored under the same key at the same time", async () => {
    const bed = new CacheBed();
    const results = await Promise.all([
      bed.build({ image: "base", steps: abc, name: "one" }),
      bed.build({ image: "base", steps: abc, name: "two" }),
    ]);
    expect(results[0]).toEqual(results[1]);
    expect(await bed.store.list(signal)).toHaveLength(3);
    await bed.build({ image: "base", steps: abc });
    expect(bed.ran).toEqual([]);
  });

  it("has nothing left after a kill while a state was being stored", async () => {
    const bed = new CacheBed();
    const { files } = bed.host;
    const rename = files.rename.bind(files);
    // Dies, as far as the journal is concerned, right before the entry appears.
    files.rename = (from, to) => (to.includes("/entries/") ? new Promise(() => {}) : rename(from, to));
    void bed.build({ image: "base", steps: abc });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bed.images.size).toBe(1);
    for (const run of await bed.journals.runs()) bed.journals.kill(run.run);
    await cleanUp(bed.engine(), {
      dryRun: false,
      ui: new FakeUi(),
      signal,
      onResource: () => {},
    });
    expect(bed.images.size).toBe(0);
    expect(files.paths()).toEqual(["/cache/salt"]);
    expect(await new CacheStore(bed.host, "/cache").list(signal)).toEqual([]);
  });
});
