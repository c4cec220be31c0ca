import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { nodeHost } from "@kiln/host-node";
import { fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { compress } from "../../packages/plugins/core/src/post-processors/compress/index.ts";
import { prepared } from "./prepared.ts";
import { artifactOf, type RealRun, type RealRunOptions, realRun, scratch } from "./real-run.ts";

type Settings = Partial<Parameters<typeof compress.prepare>[0]>;

async function compressed(
  files: readonly string[],
  settings: Settings,
  options: RealRunOptions = {},
): Promise<RealRun> {
  const ctx = realRun({ buildName: "web", builderType: "file", input: artifactOf(files), ...options });
  const output = settings.output ?? "packer_{{.BuildName}}_{{.BuilderType}}";
  const ready = prepared(await compress.prepare({ ...settings, output }, fakePrepareContext()));
  const { artifact, keepInput } = await ready.run(ctx);
  expect(keepInput).toBe(false);
  expect(artifact?.files).toEqual(
    [ctx.render(output, { BuildName: "web", BuilderType: "file" })].map((r) => r.ok && r.value),
  );
  return ctx;
}
/** Random, repetitive and ordinary stretches, so that every kind of block is met. */
function mixed(size: number): Buffer {
  const parts: Buffer[] = [];
  for (let n = 0; n < size; ) {
    const length = 1 + Math.floor(Math.random() * 300_000);
    const kind = Math.random();
    parts.push(
      kind < 0.4
        ? randomBytes(length)
        : Buffer.alloc(length, kind < 0.7 ? "the quick brown fox jumps over the lazy dog\n" : randomBytes(3000)),
    );
    n += length;
  }
  return Buffer.concat(parts).subarray(0, size);
}
const tool = (command: string): Buffer => execFileSync("/bin/sh", ["-c", command], { maxBuffer: 64 * 1024 * 1024 });

const readers: Readonly<Record<string, (path: string) => string>> = {
  gz: (path) => `gzip -dc <${path}`,
  bgzf: (path) => `gzip -dc <${path}`,
  lz4: (path) => `lz4 -dc ${path}`,
  xz: (path) => `xz -dc ${path}`,
  bzip2: (path) => `bzip2 -dc <${path}`,
};

describe.each([0, 1, 70_000, 1024 * 1024, 5_000_000])("a file of %d bytes", (size) => {
  it.each(Object.keys(readers))("comes back from .%s through its own tool", async (suffix) => {
    await using dir = await scratch();
    const content = mixed(size);
    await writeFile(dir.at("disk.img"), content);
    await compressed([dir.at("disk.img")], { output: dir.at(`out.${suffix}`) });
    expect(tool(readers[suffix]?.(dir.at(`out.${suffix}`)) ?? "").equals(content)).toBe(true);
    await compressed([dir.at("disk.img")], { output: dir.at(`out.tar.${suffix}`) });
    expect(tool(`${readers[suffix]?.(dir.at(`out.tar.${suffix}`))} | tar xOf - disk.img`).equals(content)).toBe(true);
    const all = ["disk.img", `out.${suffix}`, `out.tar.${suffix}`];
    expect(await nodeHost().files.list(dir.path)).toEqual(all.toSorted());
  });

  it.each([1, 9])("comes back from a zip of level %d", async (compression_level) => {
    await using dir = await scratch();
    const content = mixed(size);
    await writeFile(dir.at("disk.img"), content, { mode: 0o640 });
    await writeFile(dir.at("ünïcode name"), "second");
    await compressed([dir.at("disk.img"), dir.at("ünïcode name")], { output: dir.at("out.zip"), compression_level });
    tool(`unzip -tq ${dir.at("out.zip")}`);
    tool(`cd ${dir.path} && mkdir x && cd x && unzip -q ../out.zip 2>/dev/null || test $? = 1`);
    const at = (name: string): string => dir.at(`x${dir.at(name)}`);
    expect((await readFile(at("disk.img"))).equals(content)).toBe(true);
    expect((await stat(at("disk.img"))).mode & 0o777).toBe(0o640);
    expect(await readFile(at("ünïcode name"), "utf8")).toBe("second");
  });
});

it("says what it does", async () => {
  await using dir = await scratch();
  await writeFile(dir.at("a"), "a");
  const cores = nodeHost().cores;
  const lines = async (output: string, settings: Settings = {}): Promise<readonly string[]> =>
    (await compressed([dir.at("a")], { output: dir.at(output), ...settings })).ui.lines.map((line) =>
      line.replaceAll(`${dir.path}/`, ""),
    );
  expect(await lines("o.tar.gz")).toEqual([
    `==> Using pgzip compression with ${cores} cores for o.tar.gz`,
    "==> Tarring o.tar.gz with pgzip",
    "==> Archive o.tar.gz completed",
  ]);
  expect(await lines("o.tar")).toEqual(["==> Tarring o.tar with no compression", "==> Archive o.tar completed"]);
  expect(await lines("o.zip")).toEqual(["==> Zipping o.zip", "==> Archive o.zip completed"]);
  expect(await lines("o", { format: "lz4" })).toEqual([
    `==> Using lz4 compression with ${cores} cores for o`,
    "==> Archiving a with lz4",
    "==> Archive o completed",
  ]);
  expect(await lines("o.xz")).toEqual([
    "==> Using xz compression with 1 core for o.xz (library does not support MT)",
    "==> Archiving a with xz",
    "==> Archive o.xz completed",
  ]);
});

it("puts several files into a tar, under their base names", async () => {
  await using dir = await scratch();
  await writeFile(dir.at("a"), "one", { mode: 0o755 });
  await writeFile(dir.at(`${"long-".repeat(40)}name`), "two");
  await compressed([dir.at("a"), dir.at(`${"long-".repeat(40)}name`)], { output: dir.at("o.tar") });
  expect(
    tool(`tar tvf ${dir.at("o.tar")}`)
      .toString()
      .split("\n")
      .map((l) => l.split(/\s+/).at(-1)),
  ).toEqual(["a", `${"long-".repeat(40)}name`, ""]);
  expect(tool(`tar tvf ${dir.at("o.tar")}`).toString()).toMatch(/^-rwxr-xr-x/);
});

it("refuses several files where there is no archive to hold them", async () => {
  await using dir = await scratch();
  await writeFile(dir.at("a"), "a");
  await expect(compressed([dir.at("a"), dir.at("b")], { output: dir.at("o.gz") })).rejects.toThrow(
    `Can only have 1 input file when not using tar/zip. Found 2 files: [${dir.at("a")} ${dir.at("b")}]`,
  );
});

describe("when it cannot be done", () => {
  const outputs = ["o.tar.gz", "o.gz", "o.zip", "o.tar", "o.lz4", "o.bgzf", "o.xz", "o.bzip2"];

  it.each(outputs)("a full disk leaves no half %s, and the older one alone", async (output) => {
    await using dir = await scratch();
    await writeFile(dir.at("in"), randomBytes(3_000_000));
    tool(`mkdir ${dir.at("small")} && mount -t tmpfs -o size=1m tmpfs ${dir.at("small")}`);
    try {
      await writeFile(dir.at(`small/${output}`), "older");
      await expect(compressed([dir.at("in")], { output: dir.at(`small/${output}`) })).rejects.toThrow(
        `Unable to write ${dir.at(`small/${output}`)}: no space left on device`,
      );
      expect(await nodeHost().files.list(dir.at("small"))).toEqual([output]);
      expect(await readFile(dir.at(`small/${output}`), "utf8")).toBe("older");
    } finally {
      tool(`umount ${dir.at("small")}`);
    }
  });

  it.each(outputs)("an input that is not there leaves no %s", async (output) => {
    await using dir = await scratch();
    await expect(compressed([dir.at("nope")], { output: dir.at(output) })).rejects.toThrow("no such file or directory");
    expect(await nodeHost().files.list(dir.path)).toEqual([]);
  });

  it.each(outputs)("an interruption leaves no %s", async (output) => {
    await using dir = await scratch();
    await writeFile(dir.at("in"), randomBytes(20_000_000));
    const stop = new AbortController();
    const host = nodeHost();
    let reads = 0;
    const files = {
      ...host.files,
      async *read(path: string) {
        for await (const chunk of host.files.read(path)) {
          if (++reads === 20) stop.abort(new Error("interrupted"));
          yield chunk;
        }
      },
    };
    await expect(
      compressed([dir.at("in")], { output: dir.at(output) }, { signal: stop.signal, host: { files } }),
    ).rejects.toThrow("interrupted");
    expect(await host.files.list(dir.path)).toEqual(["in"]);
  });

  it("an unwritable place is named", async () => {
    await using dir = await scratch();
    await writeFile(dir.at("in"), "x");
    await expect(compressed([dir.at("in")], { output: dir.at("in/o.gz") })).rejects.toThrow(basename(dir.at("in")));
  });

  it("a missing program is named", async () => {
    await using dir = await scratch();
    await writeFile(dir.at("in"), "x");
    const host = nodeHost();
    const processes: typeof host.processes = {
      spawn: (file, args, options) => host.processes.spawn(`/nowhere/${file}`, args, options),
    };
    await expect(compressed([dir.at("in")], { output: dir.at("o.xz") }, { host: { processes } })).rejects.toThrow(
      "xz compression needs the program xz, which is not installed on this machine",
    );
    expect(await host.files.list(dir.path)).toEqual(["in"]);
  });
});
