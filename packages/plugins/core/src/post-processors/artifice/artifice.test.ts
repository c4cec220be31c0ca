import type { PostProcessContext } from "@kiln/sdk";
import { FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { fileListArtifact } from "../file-list-artifact.ts";
import { artifice } from "./index.ts";

it("puts other files in the artifact's place", async () => {
  const host = new FakeHost({ files: { "a.img": "1", "b.img": "2", "c.txt": "3" } });
  const ctx = Object.assign(new FakeRun({ host }), { input: fileListArtifact("test", ["old"], host) });
  const ready = await artifice.prepare({ files: ["*.img", "zz*", "c.txt"] }, fakePrepareContext());
  if (!ready.ok) throw new Error("refused");
  const { artifact, keepInput, forceKeep } = await ready.value.run(ctx as unknown as PostProcessContext);
  expect(ctx.ui.lines).toEqual([
    "==> Discarding files from artifact: old",
    "==> Using these artifact files: a.img, b.img, c.txt",
  ]);
  expect(artifact?.describe()).toBe("Created artifact from files: a.img, b.img, c.txt");
  expect(artifact).toMatchObject({ builderId: "packer.post-processor.artifice", id: "" });
  expect({ keepInput, forceKeep }).toEqual({ keepInput: true, forceKeep: undefined });
  await artifact?.destroy(ctx.signal);
  expect(host.files.paths()).toEqual([]);
});

it("wants files", async () => {
  expect(await artifice.prepare({}, fakePrepareContext())).toMatchObject({
    diagnostics: [{ summary: "No files specified in artifice configuration" }],
  });
});
