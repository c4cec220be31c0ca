import { describe, expect, it } from "vitest";
import { FakeHost, type FakeHostOptions, FakeRun } from "../testing/index.ts";
import { madeFileKind } from "./made-file.ts";
import { makeCd } from "./make-cd.ts";
import { makeFloppy } from "./make-floppy.ts";
import { serveHttp } from "./serve-http.ts";

const kind = madeFileKind("test");
const run = (options: FakeHostOptions = {}): FakeRun => new FakeRun({ host: new FakeHost(options) });

describe("a floppy disk", () => {
  const files = { "a.txt": "A", "d/b.txt": "B", "d/e/c.txt": "C" };

  it("says what it copies, as Packer does, and goes with the step", async () => {
    const ctx = run({ files });
    const path = await makeFloppy(ctx, kind, {
      floppy_files: ["a.txt", "d"],
      floppy_dirs: ["d/"],
      floppy_content: { "x/y.cfg": "Y" },
    });
    expect(ctx.ui.lines).toEqual([
      "==> Creating floppy disk...",
      "    Copying files flatly from floppy_files",
      "    Copying file: a.txt",
      "    Copying directory: d",
      "    Adding file: d/b.txt",
      "    Adding file: d/e/c.txt",
      "    Done copying files from floppy_files",
      "    Collecting paths from floppy_dirs",
      "    Resulting paths from floppy_dirs : [d/]",
      "    Recursively copying : d/",
      "    Done copying paths from floppy_dirs",
      "    Adding file: x/y.cfg",
    ]);
    expect((await ctx.host.files.stat(path ?? ""))?.size).toBe(1_474_560);
    await ctx.undo();
    expect(ctx.host.files.paths()).toEqual(Object.keys(files));
    expect(ctx.journal.at(-1)).toBe("released test.made-file");
  });

  it("is not made when nothing is asked for", async () => {
    expect(await makeFloppy(run(), kind, { floppy_label: "x" })).toBeUndefined();
  });

  it.each([
    ["two of one name", { floppy_files: ["a.txt", "x/A.TXT"] }, /name already exists on the floppy disk: A.TXT/],
    ["more than it holds", { floppy_files: ["big"] }, /holds 1457664 bytes, the files have 1500000/],
    ["more than fits with its directories", { floppy_dirs: ["top"] }, /fewer than these files need/],
    ["a missing file", { floppy_files: ["nope"] }, /Bad floppy_files entry 'nope'/],
    ["a name with a colon", { floppy_content: { "a:b": "" } }, /cannot hold a file named "a:b"/],
    ["a way out", { floppy_content: { "../x": "" } }, /cannot hold a file named "..\/x"/],
    ["too many in the root", { floppy_files: ["many"] }, /need \d+ of 224 entries/],
  ])("refuses %s", async (_, config, message) => {
    const many = Object.fromEntries(Array.from({ length: 230 }, (__, i) => [`many/F${i}`, ""]));
    const ctx = run({
      files: {
        ...files,
        "x/A.TXT": "",
        big: new Uint8Array(1_500_000),
        "top/full": new Uint8Array(1_457_664),
        ...many,
      },
    });
    await expect(makeFloppy(ctx, kind, config)).rejects.toThrow(message);
  });
});

describe("a CD", () => {
  const files = { "a.txt": "A", "d/b.txt": "B", "d/e/c.txt": "C" };
  const config = { cd_files: ["d", "d/", "*.txt"], cd_content: { "meta-data": "M" }, cd_label: "cidata" };

  it("is made by the first program there is, of everything in one folder", async () => {
    let gathered: readonly string[] = [];
    const ctx = run({
      files,
      onSpawn: ({ file }) => {
        gathered = ctx.host.files.paths();
        if (file === "xorriso") throw Object.assign(new Error("spawn xorriso ENOENT"), { code: "ENOENT" });
        return { stderr: "one\n\ntwo\n" };
      },
    });
    const iso = await makeCd(ctx, kind, config);
    const [, second] = ctx.host.spawned;
    const folder = second?.args.at(-1) ?? "";
    expect(second).toMatchObject({ file: "mkisofs", args: ["-joliet", "-volid", "cidata", "-o", iso, folder] });
    const inside = gathered.filter((path) => path.startsWith(`${folder}/`)).map((p) => p.slice(folder.length));
    expect(inside).toEqual(["/a.txt", "/b.txt", "/d/b.txt", "/d/e/c.txt", "/e/c.txt", "/meta-data"]);
    expect(ctx.ui.lines).toEqual([
      "==> Creating CD disk...",
      "    one",
      "    two",
      "    Done copying paths from CD_dirs",
    ]);
    expect(ctx.host.files.paths()).toEqual(
      Object.keys(files)
        .concat(iso ?? "")
        .toSorted((a, b) => (a < b ? -1 : 1)),
    );
    await ctx.undo();
    expect(ctx.host.files.paths()).toEqual(Object.keys(files));
  });

  it("says that no program is there", async () => {
    const ctx = run({
      files,
      onSpawn: () => {
        throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
      },
    });
    await expect(makeCd(ctx, kind, config)).rejects.toThrow(
      "could not find a supported CD ISO creation command (the supported commands are: xorriso, mkisofs, hdiutil, oscdimg)",
    );
    expect(ctx.host.spawned.map((s) => s.file)).toEqual(["xorriso", "mkisofs", "hdiutil", "oscdimg"]);
  });

  it("says what the program said when it failed", async () => {
    const ctx = run({ files, onSpawn: () => ({ stderr: "disk full\n", exit: { by: "code", code: 32 } }) });
    await expect(makeCd(ctx, kind, config)).rejects.toThrow("xorriso failed with exit code 32: disk full");
  });
});

describe("the HTTP server", () => {
  const config = {
    http_port_min: 8000,
    http_port_max: 9000,
    http_bind_address: "0.0.0.0",
    http_network_protocol: "tcp",
  };

  it("serves a directory until the step is undone", async () => {
    const ctx = run();
    expect(await serveHttp(ctx, { ...config, http_directory: "www" })).toEqual({ port: 8000 });
    expect(ctx.host.served).toEqual([
      { root: { directory: "www" }, options: { address: "0.0.0.0", ports: [8000, 9000] } },
    ]);
    expect(ctx.ui.lines).toEqual(["==> Starting HTTP server on port 8000"]);
    await ctx.undo();
    expect(ctx.host.served).toEqual([]);
  });

  it("serves content from the root, and knows the address of an interface", async () => {
    const ctx = run();
    const http_content = { "/a": "A", b: "B" };
    expect(await serveHttp(ctx, { ...config, http_content, http_interface: "eth0" })).toEqual({
      port: 8000,
      address: "192.0.2.7",
    });
    expect(ctx.host.served[0]?.root).toEqual({ content: { "/a": "A", "/b": "B" } });
    await expect(serveHttp(ctx, { ...config, http_content, http_interface: "eth9" })).rejects.toThrow(
      'http_interface "eth9": the interfaces with addresses are lo, eth0',
    );
  });

  it("does not run when there is nothing to serve", async () => {
    expect(await serveHttp(run(), config)).toBeUndefined();
  });
});
