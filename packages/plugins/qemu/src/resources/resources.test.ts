import { FakeHost, FakeUi } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { family } from "../index.ts";
import { markOf, newcomer, outputDirectoryKind } from "./output-directory.ts";
import { machineKind } from "./process.ts";

const { signal } = new AbortController();
const at = (host: FakeHost) => ({ host, ui: new FakeUi() });

describe("an output directory", () => {
  const intent = { path: "/p/out", token: "t1" };
  it("is removed only with this very build's mark", async () => {
    const host = new FakeHost({ files: { [markOf("/p/out")]: "t1", "/p/out/disk": "half" } });
    expect(await outputDirectoryKind.find(intent, at(host), signal)).toEqual([intent]);
    await outputDirectoryKind.release(intent, at(host), signal);
    expect(host.files.paths()).toEqual([]);
    expect(await outputDirectoryKind.find(intent, at(host), signal)).toEqual([]);
  });
  it("survives once it is finished, and where it is another build's or the user's", async () => {
    for (const files of [{ "/p/out/disk": "whole" }, { "/p/out/disk": "x", [markOf("/p/out")]: "t2" }]) {
      const host = new FakeHost({ files });
      expect(await outputDirectoryKind.find(intent, at(host), signal)).toEqual([]);
      await outputDirectoryKind.release(intent, at(host), signal);
      expect(host.files.paths()).toEqual(Object.keys(files).sort());
    }
  });
  it("is found where it had no name yet, and where its removal was cut short", async () => {
    const host = new FakeHost({ files: { [`${newcomer(intent)}/disk`]: "half" } });
    expect(await outputDirectoryKind.find(intent, at(host), signal)).toEqual([intent]);
    await outputDirectoryKind.release(intent, at(host), signal);
    expect(host.files.paths()).toEqual([]);
  });
});

describe("a machine's process", () => {
  const mark = "/tmp/kiln-qemu42";
  const running = {
    "/proc/7/cmdline": `qemu\0-mon\0path=${mark}/monitor\0`,
    "/proc/8/cmdline": "qemu\0other",
    "/proc/x": "",
  };
  it("is found by its mark and killed until it is gone", async () => {
    const host: FakeHost = new FakeHost({
      files: running,
      onSpawn: async ({ args }) => {
        if (args.at(-1) === "7") await host.files.remove("/proc/7/cmdline");
        return {};
      },
    });
    expect(await machineKind.find({ mark, name: "n" }, at(host), signal)).toEqual([{ pid: 7, mark }]);
    await machineKind.release({ pid: 7, mark }, at(host), signal);
    expect(host.spawned.map(({ file, args }) => [file, ...args].join(" "))).toEqual(['sh -c kill -9 "$1" sh 7']);
  });
  it("is left alone where its number belongs to somebody else by now", async () => {
    const host = new FakeHost({ files: { "/proc/7/cmdline": "somebody\0else" } });
    await machineKind.release({ pid: 7, mark }, at(host), signal);
    expect(host.spawned).toEqual([]);
  });
  it("that does not end is told", async () => {
    const host = new FakeHost({ files: running });
    await expect(machineKind.release({ pid: 7, mark }, at(host), signal)).rejects.toThrow("process 7 does not end");
  });
  it("is found with ps where there is no /proc", async () => {
    const host = new FakeHost({
      platform: "darwin",
      onSpawn: () => ({ stdout: `  9 qemu ${mark}/monitor\n 10 other\n` }),
    });
    expect(await machineKind.find({ mark, name: "n" }, at(host), signal)).toEqual([{ pid: 9, mark }]);
  });
});

it("registers every kind under its name", async () => {
  for (const [name, load] of Object.entries(family.resourceKinds ?? {})) expect((await load()).kind).toBe(name);
});
