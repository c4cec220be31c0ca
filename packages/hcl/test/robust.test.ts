import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  evaluate,
  formatHcl,
  listOf,
  mapValue,
  NUMBER,
  packerFunctions,
  parseExpressionText,
  parseTemplateText,
  readJsonFile,
  readNativeFile,
  referencesIn,
  Scope,
  STRING,
  Suspension,
  settle,
  setValue,
  stringValue,
  UNKNOWN,
  unknownValue,
  Value,
} from "../src/index.ts";
import { fixtureHost } from "./node-host.ts";

const functions = packerFunctions(fixtureHost("/nonexistent"));
const scope = new Scope({ functions, variables: new Map() });
const FRAGMENTS = [
  "a",
  "b",
  "=",
  "==",
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  "\n",
  " ",
  '"',
  "${",
  "%{",
  "~}",
  "if ",
  "else",
  "endif",
  "for ",
  " in ",
  "endfor",
  ":",
  "=>",
  "...",
  "?",
  "1",
  "2.5e3",
  "1e99999999",
  "-",
  "!",
  "+",
  "*",
  "/",
  "%",
  "&&",
  "||",
  "<",
  ">",
  "<=",
  ".",
  ",",
  "<<EOT\n",
  "<<-A\n",
  "EOT\n",
  "A\n",
  "#",
  "//",
  "/*",
  "*/",
  "'",
  "`",
  ";",
  "\\",
  "\\n",
  "\\u00e9",
  "$${",
  "%%{",
  "\r\n",
  "\r",
  "\t",
  "é",
  "👍🏽",
  "\u0301",
  "\ud800",
  "\ufeff",
  "\0",
  "null",
  "true",
  "[*]",
  ".*",
  "upper(",
  'format("%d",',
  "try(",
  "regex(",
  "jsondecode(",
  "yamldecode(",
  "cidrsubnet(",
  "formatdate(",
  "setproduct(",
  "convert(",
  "object({",
  "list(string)",
  "templatefile(",
  'block "x" {\n',
  "}\n",
];
const soup = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join(""));
const texts = fc.oneof(soup, fc.string({ unit: "binary", maxLength: 80 }), fc.string({ maxLength: 80 }));
const bytes = fc.uint8Array({ maxLength: 120 });

/** Evaluates, and takes waiting for code or files as an answer. */
function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Suspension)) throw error;
  }
}

describe("any input", () => {
  it("is parsed, evaluated and formatted without an exception, and every range lies in the text", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { body, diagnostics } = readNativeFile(text, "f.pkr.hcl");
        const lines = text.split("\n").length;
        for (const d of diagnostics) {
          expect(d.subject?.start.line).toBeGreaterThanOrEqual(1);
          expect(d.subject?.end.line).toBeLessThanOrEqual(lines);
          expect(d.summary).not.toBe("");
        }
        referencesIn(body.tree);
        for (const { expression } of body.tree.attributes.values()) attempt(() => evaluate(expression, scope));
        attempt(() => evaluate(parseTemplateText(text, "t").result, scope));
        attempt(() => evaluate(parseTemplateText(`\${${text}}`, "t").result, scope));
        formatHcl(text);
      }),
      { numRuns: 600, seed: 7 },
    );
  });

  it("is read as JSON without an exception", () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.json()), (text) => {
        const { body } = readJsonFile(text, "f.pkr.json");
        body.content({ attributes: [{ name: "a", required: true }], blocks: [{ type: "b", labels: ["x"] }] });
        for (const { expression } of body.attributes().attributes.values()) attempt(() => evaluate(expression, scope));
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  it("may be bytes that are not UTF-8", () => {
    fc.assert(
      fc.property(bytes, (raw) => {
        readNativeFile(raw, "f.pkr.hcl");
        readJsonFile(raw, "f.pkr.json");
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  const ARGUMENTS = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "2.5",
    "1e30",
    "-1e-30",
    "1e99999999",
    "9223372036854775807",
    "-9223372036854775808",
    "64",
    '""',
    '"a"',
    '"é👍🏽\\u0301"',
    '"1"',
    '"-5"',
    '"true"',
    '"a,b\\n1,2"',
    '"{\\"a\\":[1]}"',
    '"- a\\n- b: c"',
    '"%s %d %v"',
    '"%5.2f"',
    '"(a|b)*c"',
    '"["',
    '"10.0.0.0/8"',
    '"2001:db8::/32"',
    '"2024-03-05T14:07:09Z"',
    '"1h30m"',
    '"YYYY-MM-DD"',
    '"utf-16le"',
    '"AAEC/w=="',
    '"dns"',
    '"**/*.x"',
    "[]",
    "[1]",
    '["a", "b"]',
    "[null]",
    "[[1], [2, 3]]",
    "[true, false]",
    '[1, "a", null]',
    "{}",
    "{a = 1}",
    '{a = "x", b = [1]}',
    "unknown",
    "unknownList",
    "unknownNumber",
    "set",
    "map",
    "string",
    "list(string)",
    "object({a = number})",
    "[1, 2]...",
    "nope",
  ];
  const SLOW = new Set(["bcrypt"]);
  const call = fc.record({
    name: fc.constantFrom(...[...functions.names()].filter((n) => !SLOW.has(n))),
    args: fc.array(fc.constantFrom(...ARGUMENTS), { maxLength: 4 }),
  });

  it("may be given to every function", async () => {
    const variables = new Map<string, Value>([
      ["unknown", UNKNOWN],
      ["unknownList", unknownValue(listOf(STRING), { minLength: 1 })],
      ["unknownNumber", unknownValue(NUMBER, { notNull: true })],
      ["set", setValue([stringValue("a"), stringValue("b")])],
      ["map", mapValue(new Map([["a", stringValue("b")]]))],
    ]);
    const names = new Scope({ functions, variables });
    await fc.assert(
      fc.asyncProperty(call, async ({ name, args }) => {
        const text = `${name}(${args.join(", ")})`;
        const { result, diagnostics } = parseExpressionText(text, "t");
        if (diagnostics.length > 0) return;
        const made = await settle(() => evaluate(result, names));
        expect(made.value).toBeInstanceOf(Value);
      }),
      { numRuns: 3000, seed: 11 },
    );
  });

  const deep: readonly (readonly [string, string])[] = [
    ["parentheses", `a = ${"(".repeat(10_000)}1${")".repeat(10_000)}\n`],
    ["tuples", `a = ${"[".repeat(10_000)}${"]".repeat(10_000)}\n`],
    ["objects", `a = ${"{a=".repeat(10_000)}1${"}".repeat(10_000)}\n`],
    ["blocks", `${"a {\n".repeat(10_000)}${"}\n".repeat(10_000)}`],
    ["signs", `a = ${"-".repeat(10_000)}1\n`],
    ["conditionals", `a = ${"true ? 1 : ".repeat(10_000)}1\n`],
    ["templates", `a = ${'"${'.repeat(10_000)}1${'}"'.repeat(10_000)}\n`],
    ["directives", `a = "${"%{ if true }".repeat(10_000)}x${"%{ endif }".repeat(10_000)}"\n`],
    ["calls", `a = ${"upper(".repeat(10_000)}${")".repeat(10_000)}\n`],
    ["indexes", `a = x${"[y]".repeat(10_000)}\n`],
  ];
  it.each(deep)("nested 10,000 deep in %s is refused", (_, text) => {
    const { body, diagnostics } = readNativeFile(text, "deep.pkr.hcl");
    expect(diagnostics.map((d) => d.summary)).toContain("Nesting too deep");
    for (const { expression } of body.tree.attributes.values()) evaluate(expression, scope);
    expect(() => formatHcl(text)).not.toThrow();
  });

  it("may nest 400 deep", () => {
    const text = `a = ${"[".repeat(400)}1${"]".repeat(400)}\n`;
    const { body, diagnostics } = readNativeFile(text, "deep.pkr.hcl");
    expect(diagnostics).toEqual([]);
    expect(evaluate(body.tree.attributes.get("a")?.expression as never).diagnostics).toEqual([]);
  });

  it("may chain 50,000 operators", () => {
    const { body } = readNativeFile(`a = 1${" + 1".repeat(50_000)}\n`, "long.pkr.hcl");
    const { value } = evaluate(body.tree.attributes.get("a")?.expression as never);
    expect(String((value.raw as { toNumber(): number }).toNumber())).toBe("50001");
  });

  it("takes time in proportion to its size", () => {
    const block = 'source "null" "s" {\n  a = "x-${var.y}" # é\n  b = [1, 2, {c = 3}]\n}\n';
    const time = (n: number): number => {
      const text = block.repeat(n);
      const start = process.cpuUsage();
      readNativeFile(text, "big.pkr.hcl");
      formatHcl(text);
      const { user } = process.cpuUsage(start);
      return user;
    };
    time(1000);
    const small = Math.max(time(1000), 1);
    // Ten times the text; a quadratic step would take a hundred times as long.
    expect(time(10_000) / small).toBeLessThan(50);
  });
});
