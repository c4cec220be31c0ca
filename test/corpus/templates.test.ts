import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kilnBinary, root, run } from "../kiln.ts";
import { filesBelow, peer, shared } from "./shared.ts";

/** Public templates of nine projects, through Packer 1.6.6 and through Kiln. */
const folder = shared("corpus");
const templates = filesBelow(folder, ".json");
const home = mkdtempSync(join(tmpdir(), "kiln-corpus-"));

beforeAll(() => {
  kilnBinary();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function both(args: readonly string[], file: string) {
  const options = { cwd: folder, env: { HOME: home, KILN_STATE_DIR: join(home, "state") } };
  const [theirs, ours] = await Promise.all([
    run(peer, [...args, file], options),
    run(join(root, "packer"), [...args, file], options),
  ]);
  return { theirs, ours };
}

/** Packer lists required variables in the order of a hash map. */
function ordered(text: string): string {
  return text.replace(
    /(?<=^Required variables:\n\n)(?: {2}.*\n)+/m,
    (list) => `${list.trimEnd().split("\n").toSorted().join("\n")}\n`,
  );
}

it("has templates to look at", () => {
  expect(templates.length).toBeGreaterThan(80);
});

describe("validate -syntax-only", () => {
  it.each(templates)("%s", async (file) => {
    const { theirs, ours } = await both(["validate", "-syntax-only"], file);
    expect(ours.code).toBe(theirs.code);
    if (theirs.code === 0) expect(ours.stdout).toBe(theirs.stdout);
  });
});

describe("inspect", () => {
  it.each(templates)("%s", async (file) => {
    const { theirs, ours } = await both(["inspect"], file);
    expect(ours.code).toBe(theirs.code);
    if (theirs.code === 0) expect(ordered(ours.stdout)).toBe(ordered(theirs.stdout));
  });
});
