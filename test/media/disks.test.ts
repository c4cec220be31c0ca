import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { madeFileKind, makeCd, makeFloppy } from "@kiln/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mediaRun } from "./media-run.ts";

const kind = madeFileKind("test");
const utf8 = { env: { ...process.env, LC_ALL: "C.UTF-8", MTOOLS_SKIP_CHECK: "1" } };
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-media-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
/** Every file below a folder by its path, as base64. */
function tree(top: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(top, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found[relative(top, path)] = readFileSync(path).toString("base64");
    }
  return found;
}
/** What mtools and fsck.fat, which share no code with us, make of the image. */
function readFloppy(image: string): Readonly<Record<string, string>> {
  execFileSync("fsck.fat", ["-n", image], utf8);
  const out = join(folder, "out");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  execFileSync("mcopy", ["-s", "-n", "-i", image, "::*", out], utf8);
  return tree(out);
}

const letters = "abcXYZ019-_ .()é漢";
function randomName(): string {
  const length = 1 + Math.floor(Math.random() ** 3 * 60);
  const middle = Array.from({ length }, () => letters[Math.floor(Math.random() * letters.length)]).join("");
  return `n${middle}e`;
}

describe("a floppy disk", () => {
  it("holds any tree, with its names, as other programs see it", async () => {
    for (let round = 0; round < 8; round++) {
      rmSync(join(folder, "in"), { recursive: true, force: true });
      const folders = ["in/tree"];
      const names = new Set<string>();
      for (let left = 1_200_000, i = 0; i < 60 && left > 0; i++) {
        const parent = folders[Math.floor(Math.random() * folders.length)] ?? "in/tree";
        const path = `${parent}/${randomName()}`;
        if (names.has(path.toLowerCase())) continue;
        names.add(path.toLowerCase());
        if (Math.random() < 0.2) {
          folders.push(path);
          continue;
        }
        const size = Math.min(left, Math.floor(Math.random() ** 4 * 300_000));
        left -= size;
        write(path, randomBytes(size));
      }
      const ctx = mediaRun(folder);
      const image = await makeFloppy(ctx, kind, { floppy_dirs: [join(folder, "in/tree")], floppy_label: "Label" });
      expect(readFloppy(image ?? "")).toEqual(
        Object.fromEntries(Object.entries(tree(join(folder, "in/tree"))).map(([k, v]) => [`tree/${k}`, v])),
      );
      await ctx.undo();
    }
  });

  it("is exactly full without a byte to spare", async () => {
    write("full.bin", randomBytes(2847 * 512));
    const ctx = mediaRun(folder);
    const image = await makeFloppy(ctx, kind, { floppy_files: [join(folder, "full.bin")] });
    expect(readFloppy(image ?? "")["full.bin"]).toBe(readFileSync(join(folder, "full.bin")).toString("base64"));
    await ctx.undo();
  });

  it("bears the label, and files of three kinds", async () => {
    write("a/b.txt", "B");
    const ctx = mediaRun(folder);
    const image = await makeFloppy(ctx, kind, {
      floppy_files: [join(folder, "a/*.txt")],
      floppy_content: { "Autounattend.xml": "<x/>", "deep/er/f": "F" },
      floppy_label: "OEMDRV",
    });
    expect(execFileSync("mlabel", ["-s", "-i", image ?? "", "::"], utf8).toString()).toContain("OEMDRV");
    const text = (base64 = ""): string => Buffer.from(base64, "base64").toString();
    const files = readFloppy(image ?? "");
    expect(Object.fromEntries(Object.entries(files).map(([k, v]) => [k, text(v)]))).toEqual({
      "b.txt": "B",
      "Autounattend.xml": "<x/>",
      "deep/er/f": "F",
    });
    await ctx.undo();
  });
});

describe("a CD", () => {
  it("holds files, directories and content under their names, and its label", async () => {
    write("seed/user-data", "#cloud-config\n");
    write("tree/A long name with spaces.text", randomBytes(100_000));
    write("tree/sub/x", "X");
    const ctx = mediaRun(folder);
    const iso = await makeCd(ctx, kind, {
      cd_files: [`${folder}/seed/`, join(folder, "tr*")],
      cd_content: { "meta-data": "instance-id: i\n", "etc/deep": "D" },
      cd_label: "cidata",
    });
    const out = join(folder, "out");
    const quiet = { stdio: "ignore" } as const;
    execFileSync("xorriso", ["-osirrox", "on", "-indev", iso ?? "", "-extract", "/", out], quiet);
    execFileSync("chmod", ["-R", "u+w", out]);
    const held = tree(out);
    expect(Object.keys(held).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      "etc/deep",
      "meta-data",
      "tree/A long name with spaces.text",
      "tree/sub/x",
      "user-data",
    ]);
    expect(held["tree/A long name with spaces.text"]).toBe(tree(join(folder, "tree"))["A long name with spaces.text"]);
    expect(execFileSync("blkid", ["-p", "-s", "LABEL", "-o", "value", iso ?? ""]).toString()).toBe("cidata\n");
    expect(ctx.ui.lines[0]).toBe("==> Creating CD disk...");
    await ctx.undo();
    expect(ctx.journal.filter((line) => line.startsWith("released"))).toHaveLength(2);
  });
});
