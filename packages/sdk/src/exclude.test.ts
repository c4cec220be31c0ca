import { describe, expect, it } from "vitest";
import { excluder } from "./exclude.ts";

describe("exclude patterns", () => {
  const table: readonly (readonly [
    patterns: readonly string[],
    path: string,
    directory: boolean,
    excluded: boolean,
  ])[] = [
    [["*.log"], "a.log", false, true],
    [["*.log"], "deep/down/a.log", false, true],
    [["*.log"], "a.logs", false, false],
    [["/top"], "top", false, true],
    [["/top"], "sub/top", false, false],
    [["dir/"], "dir", true, true],
    [["dir/"], "dir", false, false],
    [["a/b"], "a/b", false, true],
    [["a/b"], "x/a/b", false, false],
    [["**/b"], "x/y/b", false, true],
    [["a/**"], "a/x/y", false, true],
    [["a/**/z"], "a/z", false, true],
    [["a/**/z"], "a/b/c/z", false, true],
    [["?.txt"], "ab.txt", false, false],
    [["[a-c].txt"], "b.txt", false, true],
    [["[!a-c].txt"], "b.txt", false, false],
    [["*.log", "!keep.log"], "keep.log", false, false],
    [["*.log", "!keep.log"], "other.log", false, true],
    [["# comment", ""], "# comment", false, false],
    [["\\#x"], "#x", false, true],
    [["a.c"], "abc", false, false],
    [["(x)+"], "(x)+", false, true],
  ];
  for (const [patterns, path, directory, excluded] of table) {
    it(`${JSON.stringify(patterns)} ${excluded ? "leaves out" : "keeps"} ${path}${directory ? "/" : ""}`, () => {
      expect(excluder(patterns)?.(path, directory) ?? false).toBe(excluded);
    });
  }
  it("are none where none are given", () => {
    expect(excluder([])).toBeUndefined();
  });
});
