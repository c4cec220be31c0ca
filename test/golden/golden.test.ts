import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kilnBinary, root, run } from "../kiln.ts";
import { type Difference, data, differences, type Entry, entries } from "./entries.ts";
import { flowed, messages, streams } from "./normalise.ts";

const known = differences();
const all = entries();
const without: Difference = { differing: [], reference: "" };
let folder = "";

beforeAll(() => {
  kilnBinary();
  folder = mkdtempSync(join(tmpdir(), "kiln-golden-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Kiln under the name of packer, in a fresh copy of the recorded templates. */
async function ours(entry: Entry) {
  const cwd = join(folder, entry.name);
  cpSync(data, cwd, { recursive: true });
  // Recorded first, when its own results were not there yet.
  if (entry.name === "build-two")
    for (const file of readdirSync(cwd)) if (file.endsWith(".sum")) rmSync(join(cwd, file));
  const env = { KILN_STATE_DIR: join(cwd, "state"), HOME: cwd };
  if (entry.name === "build-file-again") await run(join(root, "packer"), ["build", "file.json"], { cwd, env });
  return run(join(root, "packer"), entry.args, { cwd, env });
}

/** A run that only says what is wrong. */
const isMistake = ({ name, output, code }: Entry): boolean =>
  code !== 0 && !/^(?:help|nocmd|badcmd)/.test(name) && !output.includes("Wait completed");

const flags = (help: string): readonly string[] =>
  Array.from(help.matchAll(/^ {2}(-[\w-]+)/gm), ([, flag = ""]) => flag);
const listed = (help: string): readonly string[] =>
  Array.from(help.matchAll(/^ {2,4}([\w-]+) {2,}/gm), ([, name = ""]) => name);

/** How our output differs from the recorded one: for help and mistakes what it lacks, else both sides of every stream that differs. */
function differing(entry: Entry, output: string): readonly string[] {
  const { output: recorded } = entry;
  if (recorded.startsWith("Usage: packer") && !isMistake(entry)) {
    const usage = recorded.split("\n", 1)[0] ?? "";
    const has = new Set([...flags(output), ...listed(output)]);
    return [
      ...(output.startsWith(usage) ? [] : [usage]),
      ...[...flags(recorded), ...listed(recorded)].filter((f) => !has.has(f)),
    ];
  }
  if (isMistake(entry)) {
    const text = flowed(output);
    const wanted = recorded.startsWith("Usage: packer")
      ? [recorded.split("\n", 1)[0] ?? "", ...afterUsage(recorded)]
      : messages(recorded);
    return wanted.filter((message) => !text.includes(flowed(message)));
  }
  const got = streams(output);
  const wanted = streams(recorded);
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(got)])];
  return names.flatMap((name) => {
    const [theirs, mine] = [wanted[name]?.join(" / "), got[name]?.join(" / ")];
    if (theirs === mine) return [];
    return [...(theirs === undefined ? [] : [`- ${theirs}`]), ...(mine === undefined ? [] : [`+ ${mine}`])];
  });
}

/** What follows the usage text: the complaint. */
function afterUsage(text: string): readonly string[] {
  return text
    .trimEnd()
    .split("\n")
    .slice(-1)
    .filter((line) => !line.startsWith(" "));
}

describe("what Packer 1.6.6 was seen to print", () => {
  it.each(all.map((entry) => [entry.name, entry] as const))("%s", async (name, entry) => {
    const difference = known.get(name) ?? without;
    const { code, stdout, stderr } = await ours(entry);
    expect(code).toBe(difference.code ?? entry.code);
    expect(stderr).toBe("");
    if (difference.differing.includes("*")) return;
    expect(differing(entry, stdout).join("\n")).toBe(difference.differing.join("\n"));
  });
});

describe("the list of differences", () => {
  it("names recorded runs only, each with its reference", () => {
    const names = new Set(all.map(({ name }) => name));
    for (const [name, { reference }] of known) {
      expect(names).toContain(name);
      expect(reference).toMatch(/^(core-behaviour §|seeds|issue)/);
    }
  });
});
