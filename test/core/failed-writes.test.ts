import { mkdir, readdir, writeFile } from "node:fs/promises";
import { nodeHost } from "@kiln/host-node";
import { FakeBuild, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { fileBuilder } from "../../packages/plugins/core/src/builders/file/index.ts";
import { file } from "../../packages/plugins/core/src/provisioners/file/index.ts";
import { prepared } from "./prepared.ts";
import { realRun, scratch } from "./real-run.ts";

it("leaves a directory alone that was named as the target of a copy", async () => {
  await using dir = await scratch();
  await mkdir(dir.at("theirs"));
  await writeFile(dir.at("theirs/precious"), "x");
  await writeFile(dir.at("in"), "text");
  const settings = { source: dir.at("in"), target: dir.at("theirs") };
  const ready = prepared(await fileBuilder.prepare(settings, fakePrepareContext()));
  const run = Object.assign(new FakeBuild(), { host: nodeHost() });
  await expect(ready.run(run)).rejects.toThrow(`open ${dir.at("theirs")}: is a directory`);
  expect(await readdir(dir.at("theirs"))).toEqual(["precious"]);
});

it("leaves a directory alone that was named as the destination of a download", async () => {
  await using dir = await scratch();
  await mkdir(dir.at("theirs"));
  await writeFile(dir.at("theirs/precious"), "x");
  async function* text(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("text");
  }
  const settings = { direction: "download", source: "/r", destination: dir.at("theirs"), generated: false } as const;
  const ready = prepared(await file.prepare(settings, fakePrepareContext()));
  const machine = { kind: "ssh", download: text };
  await expect(ready.run(realRun({ communicator: machine as never }))).rejects.toThrow();
  expect(await readdir(dir.at("theirs"))).toEqual(["precious"]);
});

it.runIf(process.platform === "linux")("names the file that a full disk did not take", async () => {
  const settings = { target: "/dev/full", content: "text" };
  const ready = prepared(await fileBuilder.prepare(settings, fakePrepareContext()));
  const run = Object.assign(new FakeBuild(), { host: nodeHost() });
  await expect(ready.run(run)).rejects.toThrow("write /dev/full: no space left on device");
});
