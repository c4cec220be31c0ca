import fc from "fast-check";
import { expect, it } from "vitest";
import { CacheBed, type TestBuild, type TestStep } from "./build-under-test.ts";

/** A change to the template, to a file, to the environment, to the store, or to what the store keeps outside. */
type Edit =
  | { readonly kind: "step"; readonly at: number; readonly step: TestStep }
  | { readonly kind: "insert"; readonly at: number; readonly step: TestStep }
  | { readonly kind: "remove"; readonly at: number }
  | { readonly kind: "swap"; readonly at: number }
  | { readonly kind: "file"; readonly path: string; readonly text: string; readonly mode: number }
  | { readonly kind: "environment"; readonly value: string }
  | { readonly kind: "image"; readonly image: string }
  | { readonly kind: "version"; readonly version: string }
  | {
      readonly kind: "damage";
      readonly at: number;
      readonly what: "payload" | "forged" | "record" | "cut" | "exchange" | "image";
    };

const paths = ["/a.sh", "/b.sh", "/dir", "/dir/x", "/dir/sub/y"];
const step: fc.Arbitrary<TestStep> = fc
  .record(
    {
      type: fc.constantFrom("shell", "file"),
      text: fc.constantFrom("one", "two", "three"),
      files: fc.subarray(paths),
      environment: fc.subarray(["TOKEN"]),
      never: fc.constantFrom(...Array.from({ length: 11 }, () => undefined), "works on this machine"),
      failures: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    },
    { requiredKeys: ["text"] },
  )
  .map(({ never, failures = 0, text, ...rest }) => ({
    ...rest,
    // Bad luck is no input: two that differ in nothing else must not be taken for one.
    text: failures > 0 ? `${text}, flaky` : text,
    ...(never !== undefined && { never }),
    ...(failures > 0 && { failures, meta: { maxRetries: 1 } }),
  }));
const at = fc.nat(5);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant("step" as const), at, step }),
  fc.record({ kind: fc.constant("insert" as const), at, step }),
  fc.record({ kind: fc.constant("remove" as const), at }),
  fc.record({ kind: fc.constant("swap" as const), at }),
  fc.record({
    kind: fc.constant("file" as const),
    path: fc.constantFrom("/a.sh", "/b.sh", "/dir/x", "/dir/sub/y", "/dir/z"),
    text: fc.constantFrom("0", "1"),
    mode: fc.constantFrom(0o644, 0o755),
  }),
  fc.record({ kind: fc.constant("environment" as const), value: fc.constantFrom("s1", "s2") }),
  fc.record({ kind: fc.constant("image" as const), image: fc.constantFrom("debian", "alpine") }),
  fc.record({ kind: fc.constant("version" as const), version: fc.constantFrom("1", "2") }),
  fc.record({
    kind: fc.constant("damage" as const),
    at: fc.nat(20),
    what: fc.constantFrom("payload", "forged", "record", "cut", "exchange", "image"),
  }),
);

async function damage(bed: CacheBed, { at: index, what }: Extract<Edit, { readonly kind: "damage" }>): Promise<void> {
  const { files } = bed.host;
  const entries = [...new Set(files.paths().flatMap((path) => /^\/cache\/entries\/[^/]+/.exec(path)?.[0] ?? []))];
  const entry = entries[index % Math.max(1, entries.length)];
  const other = entries[(index + 1) % Math.max(1, entries.length)];
  if (entry === undefined || other === undefined) return;
  const record = files.text(`${entry}/record.json`);
  switch (what) {
    case "payload":
      return files.put(`${entry}/state/machine`, '["something else"]');
    case "forged": {
      const machine = `${entry}/state/machine`;
      files.put(machine, '["something else"]');
      const { sha256 = "" } = await files.digest(machine, ["sha256"]);
      const fitting = (record ?? "")
        .replace(/"size": \d+/, '"size": 18')
        .replace(/"sha256": "[^"]+"/, `"sha256": "${sha256}"`);
      return files.put(`${entry}/record.json`, fitting);
    }
    case "record":
      return files.put(`${entry}/record.json`, (record ?? "").replace(/"done": \d+/, '"done": 1'));
    case "cut":
      return files.put(`${entry}/record.json`, (record ?? "").slice(0, 200));
    case "exchange":
      files.put(`${entry}/record.json`, files.text(`${other}/record.json`) ?? "");
      return files.put(`${entry}/state/machine`, files.text(`${other}/state/machine`) ?? "");
    case "image":
      return void bed.images.delete([...bed.images.keys()][index % Math.max(1, bed.images.size)] ?? "");
  }
}

async function edited(bed: CacheBed, build: TestBuild, change: Edit): Promise<TestBuild> {
  const steps = [...build.steps];
  switch (change.kind) {
    case "step":
      if (steps.length > 0) steps[change.at % steps.length] = change.step;
      break;
    case "insert":
      steps.splice(change.at, 0, change.step);
      break;
    case "remove":
      if (steps.length > 1) steps.splice(change.at % steps.length, 1);
      break;
    case "swap": {
      const [moved] = steps.splice(change.at % Math.max(1, steps.length), 1);
      if (moved) steps.push(moved);
      break;
    }
    case "file":
      bed.host.files.put(change.path, change.text, change.mode);
      break;
    case "environment":
      (bed.host.env as Record<string, string>)["TOKEN"] = change.value;
      break;
    case "image":
      return { ...build, image: change.image };
    case "version":
      return { ...build, version: change.version };
    case "damage":
      await damage(bed, change);
      break;
  }
  return { ...build, steps };
}

it("gives the image that a build without the cache gives, whatever is edited or damaged in between", async () => {
  let reused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 5 }),
      fc.array(fc.array(edit, { maxLength: 2 }), { minLength: 1, maxLength: 6 }),
      async (steps, rounds) => {
        const bed = new CacheBed();
        for (const path of ["/a.sh", "/b.sh", "/dir/x", "/dir/sub/y"]) bed.host.files.put(path, "0");
        let build: TestBuild = { image: "debian", steps };
        await bed.build(build);
        for (const edits of rounds) {
          for (const change of edits) build = await edited(bed, build, change);
          const cached = await bed.build(build);
          if (bed.cacheLines.some((line) => /^(reusing|every provisioner is reused)/.test(line))) reused++;
          const uncached = await bed.build({ ...build, cache: false });
          expect(cached).toEqual(uncached);
        }
      },
    ),
    { numRuns: 400 },
  );
  // Or it would prove nothing.
  expect(reused).toBeGreaterThan(400);
});
