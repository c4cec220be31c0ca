import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

const declared = `
variable "object" {
  type      = object({ p = string, q = number })
  sensitive = true
  default   = null
}
variable "list" {
  type      = list(string)
  sensitive = true
  default   = []
}
variable "open" {
  type    = number
  default = 1
}
`;
const legacy = (variables: object) => ({
  variables: { secret: "", ...variables },
  "sensitive-variables": ["secret"],
  builders: [{ type: "null", communicator: "none" }],
});

interface Given {
  readonly template?: string | object;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files beside the template by their names. */
  readonly files?: Readonly<Record<string, string>>;
}

async function validated({ template = declared, args = [], env = {}, files = {} }: Given): Promise<string> {
  using bed = new KilnBed();
  const name = typeof template === "string" ? "t.pkr.hcl" : "t.json";
  const texts = { [name]: typeof template === "string" ? template : JSON.stringify(template), ...files };
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(bed.folder, file), text);
  const { code, stdout, stderr } = await bed.run(["validate", ...args, name], { cwd: bed.folder, env });
  expect(code).toBe(1);
  return stdout + stderr;
}

describe("a value of a sensitive variable that is refused", () => {
  it.each<[string, Given, string]>([
    ["-var", { args: ["-var", 'object={p="hunter5",q="hunter6"}'] }, "var.object from arguments> line 1, column 1"],
    ["-var, without sense", { args: ["-var", "list=hunter5"] }, "Variables not allowed"],
    ["-var, broken", { args: ["-var", 'list=["hunter3", }'] }, "var.list from arguments> line 1, column 13"],
    ["the environment", { env: { PKR_VAR_list: '["hunter3", }' } }, "variable PKR_VAR_list> line 1, column 13"],
    [
      "a file",
      { args: ["-var-file=v.hcl"], files: { "v.hcl": 'open = 2\nobject = {p = "hunter5", q = "hunter6"}\n' } },
      "on v.hcl line 2, column 10",
    ],
    [
      "a file, broken",
      { args: ["-var-file=v.hcl"], files: { "v.hcl": 'list = ["hunter5",\n  "hunter6" }\n' } },
      "on v.hcl line 2, column 13",
    ],
    [
      "a JSON file",
      { args: ["-var-file=v.json"], files: { "v.json": '{"open": "x", "object": {"p": "hunter5", "q": "hunter6"}}' } },
      "on v.json line 1, column",
    ],
    [
      "a JSON file, broken",
      { args: ["-var-file=v.json"], files: { "v.json": '{"list": [hunter5]}' } },
      "on v.json line 1, column 11",
    ],
    [
      "its default",
      { template: declared.replace("null", '{ p = "hunter5", q = "hunter6" }') },
      "on t.pkr.hcl line 5, column 15",
    ],
    ["the default of a JSON template", { template: legacy({ secret: "hun{{ter5 }}" }) }, "on t.json line 1, column"],
    ["-var of a JSON template", { template: legacy({}), args: ["-var", "secret=hunter{{ 5"] }, "'secret'"],
    ["a text that waits", { template: legacy({ secret: "hunter{{user `x`}}" }) }, "<sensitive>"],
    [
      "a file of a JSON template",
      { template: legacy({}), args: ["-var-file=v.json"], files: { "v.json": '{"secret": ["hunter5"]}' } },
      "on v.json line 1, column 12",
    ],
    [
      "a broken file of a JSON template",
      { template: legacy({}), args: ["-var-file=v.json"], files: { "v.json": '{\n"secret": "hunter5"\n"a": ""}' } },
      "At line 3, column 2",
    ],
  ])("is not shown: %s", async (_, given, told) => {
    const output = await validated(given);
    expect(output).toContain(told);
    expect(output).not.toMatch(/hun|ter5|<[^>]*hunter/);
  });

  it("leaves the lines of others in their frames", async () => {
    const files = { "v.hcl": 'list = ["hunter5"]\nopen = "many"\n' };
    expect(await validated({ args: ["-var-file=v.hcl"], files })).toContain('   2: open = "many"\n');
    expect(await validated({ env: { PKR_VAR_open: "many" } })).toContain('variable "open"');
  });
});

it("leaves a line out of a frame when it holds a secret that is known", async () => {
  const template = `
variable "password" {
  sensitive = true
  default   = "correct horse"
}
source "null" "x" {
  ssh_hostt = "correct horse"
}
build {
  sources = ["null.x"]
}
`;
  const output = await validated({ template });
  expect(output).toContain("on t.pkr.hcl line 7, column 3");
  expect(output).not.toContain("correct");
});
