import { expect, it } from "vitest";
import { parseJsonTemplate } from "./read-template.ts";
import { undeclaredVariables, unusedVariables } from "./strict.ts";
import { type Assigned, readVarFile } from "./var-files.ts";

function unused(template: unknown): readonly string[] {
  const parsed = parseJsonTemplate(JSON.stringify(template, null, 2), "t.json");
  if (!parsed.ok) throw new Error("refused");
  return unusedVariables(parsed.value).map((d) => `${d.summary} @${d.subject?.start.line}`);
}
const builders = [{ type: "null", communicator: "none", ssh_host: "{{ user `host` }}" }];

it("names the variables that nothing asks for", () => {
  expect(unused({ variables: { host: "{{user `base`}}", base: "x", old: "y" }, builders })).toEqual([
    'Unused variable "old" @5',
  ]);
});

it("counts names in keys, and knows nothing where a name is computed", () => {
  expect(unused({ variables: { host: "a", tag: "b" }, builders: [{ ...builders[0], "{{user `tag`}}": 1 }] })).toEqual(
    [],
  );
  expect(
    unused({ variables: { host: "a", tag: "b" }, builders: [{ type: "null", x: "{{ user (env `N`) }}" }] }),
  ).toEqual([]);
});

it("names the variables that are set and not declared, with the nearest that is", () => {
  const parsed = parseJsonTemplate(JSON.stringify({ variables: { region: "a" }, builders }), "t.json");
  if (!parsed.ok) throw new Error("refused");
  const assigned = new Map<string, Assigned>([["other", { text: "1" }]]);
  readVarFile({ path: "v.json", text: '{\n  "regoin": "b",\n  "region": "c"\n}' }, assigned, {
    names: new Set(),
    conceal: () => {},
  });
  const found = undeclaredVariables(parsed.value, assigned);
  expect(found.map((d) => [d.summary, d.subject?.file, d.subject?.start.line])).toEqual([
    ['Undeclared variable "other"', undefined, undefined],
    ['Undeclared variable "regoin"', "v.json", 2],
  ]);
  expect(found[1]?.detail).toContain('Did you mean "region"?');
});
