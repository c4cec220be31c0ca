import { FakeHost, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { missingScriptProblems, type ScriptOptions, scriptChoiceProblems } from "./script-source.ts";

const ctx = fakePrepareContext({ host: new FakeHost({ files: { "a.sh": "true", "/dir/b.sh": "true" } }) });
const problems = async (options: ScriptOptions): Promise<readonly string[]> =>
  [...scriptChoiceProblems(options, ctx), ...(await missingScriptProblems(options, ctx))].map((d) => d.summary);

it("wants exactly one of inline, script and scripts", async () => {
  expect(await problems({})).toEqual(["Either a script file or inline script must be specified."]);
  expect(await problems({ inline: [] })).toEqual(["Either a script file or inline script must be specified."]);
  expect(await problems({ inline: ["true"] })).toEqual([]);
  expect(await problems({ script: "a.sh" })).toEqual([]);
  expect(await problems({ scripts: ["a.sh", "/dir/b.sh"] })).toEqual([]);
});

it("finds everything at once", async () => {
  expect(await problems({ script: "nope", scripts: ["b"], inline: ["x"] })).toEqual([
    "Only one of script or scripts can be specified.",
    "Only a script file or an inline script can be specified, not both.",
    "Bad script 'nope': stat nope: no such file or directory",
  ]);
  expect(await problems({ scripts: ["/dir", "nope"] })).toEqual([
    "Bad script '/dir': read /dir: is a directory",
    "Bad script 'nope': stat nope: no such file or directory",
  ]);
});
