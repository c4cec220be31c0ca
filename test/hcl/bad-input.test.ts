import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kilnBinary, root, run } from "../kiln.ts";

const folder = mkdtempSync(join(tmpdir(), "kiln-hcl-bad-"));
beforeAll(() => void kilnBinary());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Found {
  readonly severity: string;
  readonly summary: string;
  readonly subject?: { readonly file: string; readonly start: { readonly line: number; readonly column: number } };
}

async function validate(files: Readonly<Record<string, string | Uint8Array>>, ...flags: readonly string[]) {
  const directory = mkdtempSync(join(folder, "t-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const result = await run(join(root, "packer"), ["validate", "-output=json", ...flags, "."], {
    cwd: directory,
    env: { KILN_STATE_DIR: join(folder, "state") },
  });
  expect(result.signal).toBeNull();
  expect(result.stderr).toBe("");
  const { diagnostics } = JSON.parse(result.stdout) as { readonly diagnostics: readonly Found[] };
  return { code: result.code, errors: diagnostics.filter((d) => d.severity === "error") };
}

const whole = 'source "null" "x" {\n  communicator = "none"\n}\nbuild { sources = ["null.x"] }\n';

// Issue 3, last paragraph: each a diagnostic with a range, never a crash or a hang.
const cases: Readonly<Record<string, { readonly text: string | Uint8Array; readonly summary: string }>> = {
  "a truncated file": { text: whole.slice(0, 40), summary: "" },
  "invalid UTF-8": {
    text: Buffer.concat([Buffer.from("# \n"), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(whole)]),
    summary: "Invalid character encoding",
  },
  "nesting 10,000 deep": { text: `locals { x = ${"[".repeat(10_000)}${"]".repeat(10_000)} }\n${whole}`, summary: "" },
  "duplicate names": { text: `${whole}source "null" "x" {}\n`, summary: "Duplicate source block" },
  "a clash of local and locals": {
    text: `locals { a = 1 }\nlocal "a" { expression = 1 }\n${whole}`,
    summary: "Duplicate local definition",
  },
  "a circle": {
    text: `locals {\n  a = local.b\n  b = local.a\n}\n${whole}`,
    summary: "failed to prepare execution graph",
  },
  "a wrong type in a variable": {
    text: `variable "a" {\n  type    = number\n  default = "x"\n}\n${whole}`,
    summary: "Invalid default value for variable",
  },
  "a wrong type in a source": {
    text: 'source "null" "x" {\n  communicator = "none"\n  ssh_port = "x"\n}\nbuild { sources = ["null.x"] }',
    summary: "Incorrect attribute value type",
  },
  "a wrong type in a build": {
    text: 'source "null" "x" { communicator = "none" }\nbuild { sources = "null.x" }',
    summary: "Unsuitable value type",
  },
  "a wrong type in a meta-argument": {
    text: 'source "null" "x" { communicator = "none" }\nbuild {\n  sources = ["null.x"]\n  provisioner "sleep" { max_retries = "many" }\n}',
    summary: "Unsuitable value type",
  },
  "an unknown variable": { text: `locals { a = var.nope }\n${whole}`, summary: "Unsupported attribute" },
  "an unknown root": { text: `locals { a = nope.x }\n${whole}`, summary: "Unknown variable" },
  "an unknown function": { text: `locals { a = nope() }\n${whole}`, summary: "Call to unknown function" },
  "an unknown data source": { text: `data "nope" "x" {}\n${whole}`, summary: "The data source nope is unknown" },
};

it.each(Object.entries(cases))("%s is told with its place", async (_, { text, summary }) => {
  const { code, errors } = await validate({ "t.pkr.hcl": text });
  expect(code).toBe(1);
  expect(errors.length).toBeGreaterThan(0);
  const found = summary === "" ? errors[0] : errors.find((d) => d.summary === summary);
  expect(found?.subject?.file).toBe("t.pkr.hcl");
});

it.each([
  ["a byte order mark", `\ufeff${whole}`],
  ["CRLF", whole.replaceAll("\n", "\r\n")],
])("%s does no harm", async (_, text) => {
  expect(await validate({ "t.pkr.hcl": text })).toEqual({ code: 0, errors: [] });
});

it("reads a file of 50 MB", async () => {
  const line = `  # ${"x".repeat(96)}\n`;
  const text = `locals {\n${line.repeat(500_000)}}\n${whole}`;
  expect(await validate({ "t.pkr.hcl": text }, "-syntax-only")).toEqual({ code: 0, errors: [] });
});

it("tells mistakes in JSON syntax with their places too", async () => {
  const { errors } = await validate({
    "t.pkr.json": '{"source": {"null": {"x": {"communicatr": "none"}}}, "build": {"sources": ["null.x"]}}',
  });
  expect(errors[0]).toMatchObject({
    summary: "Extraneous JSON object property",
    subject: { file: "t.pkr.json", start: { line: 1, column: 28 } },
  });
});

it("says that a directory holds no template", async () => {
  mkdirSync(join(folder, "empty"));
  const { stdout, code } = await run(join(root, "packer"), ["validate", join(folder, "empty")]);
  expect(code).toBe(1);
  expect(stdout).toContain("Could not find any config file in");
});

// More than one call takes arguments: they were passed around in calls once, and the stack overflowed.
const many = 150_000;
const repeated = (line: string): string => line.repeat(many);
it.each([
  ["characters that mean nothing", repeated("@"), "Invalid character"],
  ["errors of syntax", `locals {\n${repeated("a = )\n")}}\n`, "Invalid expression"],
  ["names that are taken", `locals {\n${repeated("a = 1\n")}}\n`, "Attribute redefined"],
  [
    "sources that are not there",
    `build {\n  sources = [${Array.from({ length: many }, (_, i) => `"null.a${i}"`).join(",\n")}]\n}\n`,
    "Unknown source null.a0",
  ],
  [
    "arguments that are not there",
    `source "null" "x" {\n${Array.from({ length: many }, (_, i) => `a${i} = 1\n`).join("")}}\nbuild { sources = ["null.x"] }\n`,
    "Unsupported argument",
  ],
])("tells of a file with 150,000 mistakes: %s", async (_, text, summary) => {
  const { code, errors } = await validate({ "t.pkr.hcl": text });
  expect([code, errors[0]?.summary]).toEqual([1, summary]);
});
