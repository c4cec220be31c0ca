import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goStringMap, goStruct, goValue } from "./go/data.ts";
import { goString } from "./go/type.ts";
import { gave, stringValue } from "./go/value.ts";
import { textFunction } from "./packer/text-functions.ts";
import type { ParsedTemplate } from "./parse-template.ts";
import { parseTemplate } from "./parse-template.ts";
import { templateDiagnostic } from "./problem.ts";

const functions = new Map([["user", textFunction([goString], () => "u")]]);

function parsed(text: string): ParsedTemplate {
  const result = parseTemplate(text, { functions });
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const output = (text: string, data: Parameters<typeof goValue>[0]): unknown => {
  const result = parsed(text).execute(goValue(data));
  return result.ok ? result.value : result.problem.message;
};

describe("problems", () => {
  it("say where in the text they are, in characters", () => {
    const result = parseTemplate("é\né {{usr `x`}}", { functions });
    expect(!result.ok && result.problem).toEqual({
      phase: "parse",
      code: "template/unknown-function",
      message: 'template: root:2: function "usr" not defined',
      reason: 'function "usr" not defined',
      span: { start: 6, end: 9 },
      line: 2,
      column: 5,
      suggestion: "user",
    });
  });

  it("become diagnostics with the place in the file", () => {
    const result = parseTemplate("{{usr}}", { functions });
    const place = { file: "t.json", start: { line: 3, column: 9, byte: 40 }, end: { line: 3, column: 12, byte: 43 } };
    expect(!result.ok && templateDiagnostic(result.problem, () => place)).toMatchObject({
      severity: "error",
      detail: 'Did you mean "user"?',
      subject: place,
      suggestion: { replace: place, with: "user" },
    });
  });

  it("of execution name the bytes of the line, as Go does", () => {
    expect(output("é {{.a.b}}", { a: 1 })).toBe(
      'template: root:1:7: executing "root" at <.a.b>: can\'t evaluate field b in type interface {}',
    );
  });
});

describe("data", () => {
  it("prints missing keys of maps, and refuses missing fields of structs", () => {
    expect(parsed("{{.Vars}}").execute(goStringMap({}))).toEqual({ ok: true, value: "<no value>" });
    const struct = parsed("{{.Vars}} {{.Nope}}").execute(goStruct("shell.ExecuteCommandTemplate", { Vars: "v" }));
    expect(!struct.ok && struct.problem.reason).toBe("can't evaluate field Nope in type shell.ExecuteCommandTemplate");
  });

  it("keeps bytes that are no UTF-8 until the end", () => {
    expect(output("{{slice . 0 1}}{{slice . 1 2}}|{{slice . 0 1}}|{{len (slice . 1)}}", "é")).toBe("é|\ufffd|1");
    expect(output('{{printf "%x %q" "\\xc3" "\\xc3"}}{{"\\xc3"}}{{"\\xa9"}}', null)).toBe('c3 "\\xc3"é');
  });
});

describe("asynchronous functions", () => {
  const slow = textFunction([goString], async ([text]) => {
    await Promise.resolve();
    return gave(stringValue(text?.kind === "string" ? `<${text.value}>` : ""));
  });
  const template = parseTemplate('{{if eq (slow "a") "<a>"}}{{slow "b" | slow}}{{end}}', {
    functions: new Map([["slow", slow]]),
  });

  it("are waited for", async () => {
    expect(template.ok && (await template.value.executeAsync(undefined))).toEqual({ ok: true, value: "<<b>>" });
  });

  it("are an error where nobody can wait", () => {
    const result = template.ok && template.value.execute(undefined);
    expect(result && !result.ok && result.problem.reason).toContain(
      "error calling slow: this function has to be waited",
    );
  });

  it("let machine failures pass", async () => {
    const broken = textFunction([], () => Promise.reject(new Error("disk on fire")));
    const failing = parseTemplate("{{broken}}", { functions: new Map([["broken", broken]]) });
    await expect(failing.ok && failing.value.executeAsync(undefined)).rejects.toThrow("disk on fire");
  });
});

describe("nesting", () => {
  it("of blocks has no limit", () => {
    const depth = 5000;
    const text = `${"{{if 1}}{{range 1}}{{with 1}}".repeat(depth)}x${"{{end}}{{end}}{{end}}".repeat(depth)}`;
    expect(parsed(text).execute(undefined)).toEqual({ ok: true, value: "x" });
  });

  it("of else-if chains has no limit", () => {
    const text = `{{if 0}}${"{{else if 0}}".repeat(5000)}{{else}}x{{end}}`;
    expect(parsed(text).execute(undefined)).toEqual({ ok: true, value: "x" });
  });

  it("of parentheses has one", async () => {
    const nested = (depth: number): string => `{{${"(".repeat(depth)}1${")".repeat(depth)}}}`;
    expect(parsed(nested(400)).execute(undefined)).toEqual({ ok: true, value: "1" });
    expect(await parsed(nested(400)).executeAsync(undefined)).toEqual({ ok: true, value: "1" });
    const tooDeep = parseTemplate(nested(25_000), { functions });
    expect(!tooDeep.ok && tooDeep.problem.reason).toBe("max expression depth exceeded");
  });

  it("of templates ends where Go ends it", () => {
    expect(output('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', null)).toBe(
      'template: root:1:25: executing "a" at <{{template "a"}}>: exceeded maximum template depth (100000)',
    );
  });
});

describe("any text", () => {
  const pieces = fc.constantFrom(
    ..."{{ }} {{- -}} ( ) | . $ , := = \" ` ' \\ \n {{end}} {{else}} {{if {{range {{with {{define {{block {{template".split(
      " ",
    ),
    ...'if else end range with define block template break continue nil true user print printf . $x .a "s" `r` 1 0x 1e 1i /* */'.split(
      " ",
    ),
    " ",
    "é",
    "\ud800",
    "\udc80",
    "\u2028",
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join("")),
  );

  it("parses to a template or a problem inside the text, and runs without throwing", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseTemplate(text, { functions });
        if (result.ok) {
          const run = result.value.execute(goValue({ a: ["x"], s: "y" }));
          if (!run.ok) expect(run.problem.message).toContain(run.problem.reason);
          return;
        }
        const { span, message, reason } = result.problem;
        expect(message).toMatch(/^template: root:\d+: /);
        expect(message.endsWith(reason)).toBe(true);
        expect(0 <= span.start && span.start <= span.end && span.end <= text.length).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("without delimiters is its own output", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        fc.pre(!text.includes("{{"));
        expect(parsed(text).execute(undefined)).toEqual({ ok: true, value: text });
      }),
    );
  });

  it("of 50 kB is done at once", () => {
    const units = ["{{", "(", "{{if 1}}", "{{print 1}}", "a\n", "{{`", "{{.a | ", "}}", "{{/* */}}", "{{$x := 1}}"];
    for (const unit of units) {
      const started = performance.now();
      const result = parseTemplate(unit.repeat(50_000 / unit.length), { functions });
      if (result.ok) result.value.execute(undefined);
      expect(performance.now() - started, unit).toBeLessThan(2000);
    }
  });
});
