import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Finished, KilnBed, kilnBinary, run } from "../kiln.ts";

const numbers = `
variable "a" { default = "A" }
variable "n" { type = number }
variable "b" {
  type    = bool
  default = true
}
locals {
  fine   = 5
  broken = var.nowhere
}
`;
const json = {
  variables: { a: "1", r: null, broken: "{{nope}}" },
  builders: [{ type: "null", communicator: "none" }],
};

/** A console over a template, fed as the shell does it: `feed` is what stands around the command. */
async function asked(
  args: readonly string[],
  input: string,
  feed: (command: string) => string = (command) => `cat input | ${command}`,
): Promise<Finished> {
  using bed = new KilnBed();
  const files = {
    input,
    "t.pkr.hcl": numbers,
    "t.json": JSON.stringify(json),
    "wrong.pkrvars.hcl": 'n = "abc"',
    "broken.pkrvars.hcl": "n = ",
    "set.json": '{"r": "set"}',
    "broken.json": '{"a": ',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(bed.folder, name), text);
  return await run("sh", ["-c", feed('"$0" console "$@"'), kilnBinary(), ...args], {
    cwd: bed.folder,
    env: { KILN_STATE_DIR: bed.state },
  });
}

describe("the console in a pipe", () => {
  it.each([
    ["var.nosuch\nvar.a\n", 1, /does not have an attribute named "nosuch"[^]*\nA\n$/],
    ["var.a\nexit\n1+1", 0, /^2\n$/],
    ["var.a\nexit\n", 0, /^\n$/],
    ["var.a\nvar.nosuch\n", 1, /nosuch[^]*\n\n$/],
    ["", 0, /^$/],
  ])("evaluates every line and prints the last result: %j", async (input, code, output) => {
    const ended = await asked(["t.pkr.hcl"], input);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toMatch(output);
  });
});

describe("the console on lines from a file", () => {
  const fromFile = (input: string, ...args: readonly string[]) => asked(args, input, (command) => `${command} < input`);
  it.each([
    ["1\n2\n3\n", /^1\n2\n3\n$/],
    ["1\n2", /^1\n2\n$/],
    ["1\n\n 2 \nexit\n3\n", /^1\n\n2\n$/],
    ["1\nfoo(\n3\n", /^1\nError: [^]*\n3\n$/],
    ["", /^$/],
  ])("prints every result, without a prompt, past mistakes until exit: %j", async (input, output) => {
    const ended = await fromFile(input, "-config-type=hcl2");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(output);
  });

  it("keeps the blanks of template text", async () => {
    expect(await fromFile("  {{user `a`}} \n", "t.json")).toMatchObject({ code: 0, stdout: "  1 \n" });
  });

  it("is content with nothing", async () => {
    const ended = await asked(["t.pkr.hcl"], "", (command) => `${command} < /dev/null`);
    expect(ended).toMatchObject({ code: 0, stdout: "" });
  });
});

describe("what the console makes of mistakes in a template and its variables", () => {
  it.each([
    ["-var", "n=abc", "Invalid argument value for -var variable"],
    ["-var", "b=1", "Invalid argument value for -var variable"],
    ["-var", "b=[", "Missing expression"],
    ["-var", "zz=1", "Undefined -var variable"],
    ["-var-file", "wrong.pkrvars.hcl", "Invalid value for variable"],
    ["-var-file", "broken.pkrvars.hcl", "Missing expression"],
  ])("refuses %s %s", async (flag, value, message) => {
    const { code, stdout } = await asked(["-var", "n=3", flag, value, "t.pkr.hcl"], "var.n\n");
    expect([code, stdout.split("\n", 1)[0]]).toEqual([1, `Error: ${message}`]);
  });

  it("refuses variables where there is no template", async () => {
    const { code, stdout } = await asked(["-config-type=hcl2", "-var", "a=1"], "1\n");
    expect([code, stdout.split("\n", 1)[0]]).toEqual([1, "Error: Undefined -var variable"]);
  });

  it.each([
    ["var.n", "<unknown>"],
    ["local.fine", "5"],
    ["local.broken", "<unknown>"],
  ])("answers %s where a variable is unset and a local wrong", async (line, answer) => {
    expect(await asked(["t.pkr.hcl"], line)).toMatchObject({ code: 0, stdout: `${answer}\n` });
  });

  it("answers over a JSON template with a variable that cannot be rendered", async () => {
    expect(await asked(["t.json"], "{{user `a`}}.{{user `r`}}.")).toMatchObject({ code: 0, stdout: "1..\n" });
  });

  it("takes a JSON template's unset variable from a file", async () => {
    expect(await asked(["-var-file=set.json", "t.json"], "{{user `r`}}")).toMatchObject({ code: 0, stdout: "set\n" });
  });

  it.each(["broken.json", "missing.json"])("refuses the variable file %s of a JSON template", async (file) => {
    const { code, stdout } = await asked([`-var-file=${file}`, "t.json"], "{{user `a`}}");
    expect([code, stdout.startsWith("Error: Error reading variables")]).toEqual([1, true]);
    const validated = await asked([`-var-file=${file}`, "t.json"], "", () => '"$0" validate -syntax-only "$@"');
    expect(validated.code).toBe(1);
  });
});
