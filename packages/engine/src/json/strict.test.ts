import { expect, it } from "vitest";
import { parseJsonTemplate } from "./read-template.ts";
import { unusedVariables } from "./strict.ts";

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
