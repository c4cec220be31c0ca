import { parseJsonTemplate } from "@kiln/engine";
import { expect, it } from "vitest";
import { inspectJson } from "./inspect-json.ts";

function inspected(template: unknown) {
  const parsed = parseJsonTemplate(JSON.stringify(template), "t.json");
  if (!parsed.ok) throw new Error("not a template");
  const lines = inspectJson(parsed.value);
  return {
    text: lines.flatMap((line) => ("say" in line ? [line.say] : [])).join("\n"),
    records: lines.flatMap((line) => ("record" in line ? [line.record.join(",")] : [])),
  };
}

it("lists raw names and defaults, sorted and aligned", () => {
  const { text, records } = inspected({
    description: "what it is",
    variables: { b: "2", required_one: null, a: "{{env `HOME`}}", secret: "s", same: "s", empty: "", hidden: "" },
    "sensitive-variables": ["secret", "hidden"],
    builders: [{ type: "null", name: "longer" }, { type: "file" }],
    provisioners: [{ type: "shell" }, { type: "file" }],
  });
  expect(text).toBe(`Packer Inspect: JSON mode
Description:

what it is

Required variables:

  required_one

Optional variables and their defaults:

  a            = {{env \`HOME\`}}
  b            = 2
  empty        = 
  hidden       = <sensitive>
  same         = <sensitive>
  secret       = <sensitive>

Builders:

  file  
  longer (null)

Provisioners:

  shell
  file

Note: If your build names contain user variables or template
functions such as 'timestamp', these are processed at build time,
and therefore only show in their raw form here.`);
  expect(records).toEqual([
    "template-variable,required_one,,1",
    "template-variable,a,{{env `HOME`}},0",
    "template-variable,b,2,0",
    "template-variable,empty,,0",
    "template-variable,hidden,<sensitive>,0",
    "template-variable,same,<sensitive>,0",
    "template-variable,secret,<sensitive>,0",
    "template-builder,file,file",
    "template-builder,longer,null",
    "template-provisioner,shell",
    "template-provisioner,file",
  ]);
});

it("says what there is none of", () => {
  const { text } = inspected({});
  for (const none of ["<No variables>", "<No builders>", "<No provisioners>"]) expect(text).toContain(none);
});
