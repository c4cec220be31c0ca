import { readFileSync } from "node:fs";
import type { PostProcessContext } from "@kiln/sdk";
import { FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { fileListArtifact } from "../file-list-artifact.ts";
import { manifestText, parseManifest } from "./document.ts";
import { manifest } from "./index.ts";

const golden = readFileSync(new URL("../../../test-data/manifest.golden.json", import.meta.url), "utf8");
type Settings = Partial<Parameters<typeof manifest.prepare>[0]>;

async function run(
  settings: Settings,
  host: FakeHost,
  more: { readonly files?: readonly string[]; readonly force?: boolean; readonly runUuid?: string } = {},
): Promise<string> {
  const ctx = Object.assign(new FakeRun({ host, buildName: "web", builderType: "null", force: more.force ?? false }), {
    input: fileListArtifact("test", more.files ?? [], host),
    runUuid: more.runUuid ?? "run-1",
  });
  const ready = await manifest.prepare(
    { output: "packer-manifest.json", strip_path: false, strip_time: false, ...settings },
    fakePrepareContext({ host }),
  );
  if (!ready.ok) throw new Error("refused");
  const result = await ready.value.run(ctx as unknown as PostProcessContext);
  expect(result).toMatchObject({ artifact: ctx.input, keepInput: true, forceKeep: true });
  expect(ctx.ui.lines).toEqual([]);
  return host.files.text(settings.output ?? "packer-manifest.json") ?? "";
}

it("reads and writes Packer's own manifest byte for byte", () => {
  expect(manifestText(parseManifest(golden, "manifest.json"))).toBe(golden);
});

it("adds a build in Packer's form", async () => {
  const host = new FakeHost({ files: { "dir/a.img": "12345" } });
  const text = await run({ custom_data: { z: "<1> & 2", a: "{{.ID}}" } }, host, { files: ["dir/a.img", "gone"] });
  expect(text).toBe(
    `{
  "builds": [
    {
      "name": "web",
      "builder_type": "null",
      "build_time": 1709647629,
      "files": [
        {
          "name": "dir/a.img",
          "size": 5
        },
        {
          "name": "gone",
          "size": 0
        }
      ],
      "artifact_id": "",
      "packer_run_uuid": "run-1",
      "custom_data": {
        "a": "<no value>",
        "z": "\\u003c1\\u003e \\u0026 2"
      }
    }
  ],
  "last_run_uuid": "run-1"
}`.replace("<no value>", "\\u003cno value\\u003e"),
  );
  expect(host.files.paths()).toEqual(["dir/a.img", "packer-manifest.json"]);
});

it("leaves out what the template does not want", async () => {
  const host = new FakeHost({ files: { "dir/a.img": "12345" } });
  const text = await run({ strip_path: true, strip_time: true }, host, { files: ["dir/a.img"] });
  expect(JSON.parse(text)).toEqual({
    builds: [
      {
        name: "web",
        builder_type: "null",
        files: [{ name: "a.img", size: 5 }],
        artifact_id: "",
        packer_run_uuid: "run-1",
        custom_data: null,
      },
    ],
    last_run_uuid: "run-1",
  });
  expect(await run({ strip_time: true, output: "b.json" }, host)).toContain('"files": null');
});

it("adds to what is there, but starts afresh with -force in a new run", async () => {
  const host = new FakeHost();
  await run({}, host);
  await run({}, host, { runUuid: "run-2" });
  const count = (text: string): number => parseManifest(text, "").builds.length;
  expect(count(await run({}, host, { runUuid: "run-2", force: true }))).toBe(3);
  expect(count(await run({}, host, { runUuid: "run-3", force: true }))).toBe(1);
});

it("loses no build of many that end at once", async () => {
  const host = new FakeHost();
  await Promise.all(Array.from({ length: 50 }, () => run({}, host)));
  expect(parseManifest(host.files.text("packer-manifest.json") ?? "", "").builds).toHaveLength(50);
  expect(host.clock.sleeps).toEqual([]);
});

it("waits for another process's lock, but not for ever", async () => {
  const host = new FakeHost({ files: { "packer-manifest.json.lock": "" } });
  await run({}, host);
  expect(host.clock.sleeps).toEqual([200, 400]);
  expect(host.files.paths()).toEqual(["packer-manifest.json"]);
});

it("says what it cannot read or write", async () => {
  const broken = new FakeHost({ files: { "packer-manifest.json": "{" } });
  await expect(run({}, broken)).rejects.toThrow("Unable to parse content from packer-manifest.json");
  const full = new FakeHost();
  full.files.failWith("packer-manifest.json", "EACCES");
  await expect(run({}, full)).rejects.toThrow(/packer-manifest\.json: .*permission denied/);
});
