import { FakeBuild, FakeHost } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { markOf } from "../resources/output-directory.ts";
import { makeOutputDirectory } from "./output-directory.ts";

const withFiles = (files: Record<string, string>, force = false) => {
  const host = new FakeHost({ files: { "/project/t.json": "", ...files } });
  return { host, ctx: new FakeBuild({ host, force }) };
};

it("bears a mark until it is finished", async () => {
  const { host, ctx } = withFiles({});
  const output = await makeOutputDirectory(ctx, "deep/out");
  expect(host.files.text(markOf("/project/deep/out"))).toMatch(/^[0-9a-f]{12}$/);
  host.files.put("/project/deep/out/disk", "whole");
  await output.finish();
  await ctx.undo("failed");
  expect(host.files.paths()).toEqual(["/project/deep/out/disk", "/project/t.json"]);
  expect(ctx.ui.lines).toEqual([]);
});
it("goes with a failure, and says so", async () => {
  const { host, ctx } = withFiles({});
  await makeOutputDirectory(ctx, "out");
  await ctx.undo("failed");
  expect(host.files.paths()).toEqual(["/project/t.json"]);
  expect(ctx.ui.lines).toEqual(["==> Deleting output directory..."]);
});
it("replaces another only when forced", async () => {
  const there = { "/project/out/old": "x" };
  await expect(makeOutputDirectory(withFiles(there).ctx, "out")).rejects.toThrow(
    "Output directory 'out' already exists.",
  );
  const { host, ctx } = withFiles(there, true);
  await makeOutputDirectory(ctx, "out");
  expect(ctx.ui.lines).toEqual(["==> Deleting previous output directory..."]);
  expect(host.files.text("/project/out/old")).toBeUndefined();
});
it("is refused to the slower of two builds", async () => {
  for (const code of ["ENOTEMPTY", "EEXIST"]) {
    const { host, ctx } = withFiles({});
    host.files.rename = async () => Promise.reject(Object.assign(new Error(code), { code }));
    const failure = await makeOutputDirectory(ctx, "out").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "output/exists", nothingMade: true });
    expect(host.files.paths()).toEqual(["/project/t.json"]);
  }
});

it.each([".", "/project", "/", "/home/me", "/home", ".."])(
  "never removes %s, which holds more than a result",
  async (directory) => {
    const host = new FakeHost({ files: { "/project/t.json": "{}", "/home/me/mail": "x" }, env: { HOME: "/home/me" } });
    const ctx = new FakeBuild({ host, force: true });
    await expect(makeOutputDirectory(ctx, directory)).rejects.toThrow("-force will not remove it");
    expect(host.files.paths()).toEqual(expect.arrayContaining(["/project/t.json", "/home/me/mail"]));
  },
);
