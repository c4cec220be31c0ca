import { describe, expect, it } from "vitest";
import { goStringMap } from "../go/data.ts";
import type { InterpolationContext } from "./functions.ts";
import { buildPlaceholder } from "./functions.ts";
import { functionReferences, userReferences } from "./references.ts";
import { renderTemplate, renderTemplateAsync } from "./render.ts";

const base: InterpolationContext = {
  startedAt: 1_709_647_629_123_456_789n,
  now: () => 1_709_647_700_000_000_000n,
  randomBytes: (count) => Uint8Array.from({ length: count }, (_, i) => i + 1),
};
const render = (text: string, context: Partial<InterpolationContext> = {}): unknown => {
  const result = renderTemplate(text, { ...base, ...context });
  return result.ok ? result.value : result.problem.reason;
};

describe("user variables", () => {
  it("that are missing are empty, and the caller hears of them", () => {
    const missing: string[] = [];
    const user = new Map([["a", "1"]]);
    const onMissingUser = (name: string): number => missing.push(name);
    expect(render("{{user `a`}}{{user `b`}}{{user `c`}}", { user, onMissingUser })).toBe("1");
    expect(missing).toEqual(["b", "c"]);
  });

  it("that are missing in the variables section are an error", () => {
    expect(render("{{user `b`}}", { user: new Map(), inVariables: true })).toBe(
      "error calling user: Error: variable not set: b",
    );
  });

  it("do not exist in HCL2, and the error says what to write", () => {
    const result = renderTemplate("{{user `b`}}", base);
    expect(!result.ok && result.problem.detail).toContain("${var.name}");
  });

  it("are found with their places", () => {
    const text = '{{user `a`}}-{{ if true }}{{ upper (user "b") }}{{end}}{{user .x}}{{`{{user c}}`}}';
    expect(userReferences(text).map(({ name, span }) => [name, text.slice(span.start, span.end)])).toEqual([
      ["a", "`a`"],
      ["b", '"b"'],
    ]);
    expect(functionReferences("{{build `ID`}}{{isotime}}", new Set(["build", "isotime"]))).toEqual([
      { fn: "build", name: "ID", span: { start: 8, end: 12 } },
      { fn: "isotime", span: { start: 16, end: 23 } },
    ]);
    expect(userReferences("{{user `a`")).toEqual([]);
  });
});

describe("build", () => {
  it("leaves itself for the run at prepare time, and gives the value in the run", () => {
    const prepared = render("ssh {{build `Host`}}", { data: goStringMap({ Host: buildPlaceholder }) });
    expect(prepared).toBe("ssh {{.Host}}");
    expect(render(String(prepared), { data: goStringMap({ Host: "10.0.0.1" }) })).toBe("ssh 10.0.0.1");
  });
});

describe("functions of the outside", () => {
  it("take the time of the start and of now, and random bytes", () => {
    expect(render("{{timestamp}} {{isotime `15:04`}} {{strftime `%H`}}")).toBe("1709647629 14:07 14");
    expect(render("{{uuid}}")).toBe("65e72754-0102-0304-0506-0708090a0b0c");
  });

  it("wait for the secret stores in the variables section only", async () => {
    const context: InterpolationContext = {
      ...base,
      inVariables: true,
      vault: (path, key) => Promise.resolve(`${path}/${key}`),
      consul: () => Promise.reject(new Error("no such key")),
      awsSecret: (name, key) => Promise.resolve(`${name}:${key ?? "-"}`),
      awsSecretText: (name) => Promise.resolve(`{"${name}":1}`),
    };
    const all =
      "{{vault `p` `k`}} {{aws_secretsmanager `n`}} {{aws_secretsmanager `n` `k`}} {{aws_secretsmanager_raw `n`}}";
    expect(await renderTemplateAsync(all, context)).toEqual({ ok: true, value: 'p/k n:- n:k {"n":1}' });
    const refused = await renderTemplateAsync("{{consul_key `x`}}", context);
    expect(!refused.ok && refused.problem.reason).toBe("error calling consul_key: no such key");
    expect(render("{{vault `p` `k`}}", { vault: context.vault! })).toBe(
      "error calling vault: Vault vars are only allowed in the variables section",
    );
    expect(render("{{aws_secretsmanager}}", { inVariables: true })).toContain("secret name must be provided");
    expect(render("{{aws_secretsmanager `a` `b` `c`}}", { inVariables: true })).toContain(
      "only secret name and optional",
    );
  });

  it("let an abort pass", async () => {
    const abort = Object.assign(new Error("stop"), { name: "AbortError" });
    const context = { ...base, inVariables: true, vault: () => Promise.reject(abort) };
    await expect(renderTemplateAsync("{{vault `a` `b`}}", context)).rejects.toBe(abort);
  });
});

describe("until stable", () => {
  const user = new Map([
    ["a", "{{user `b`}}"],
    ["b", "leaf"],
    ["loop", "x{{user `loop`}}"],
    ["bad", "{{nope}}"],
  ]);

  it("goes on while something changes", async () => {
    const context = { ...base, user };
    expect(renderTemplate("{{user `a`}}", context, "until-stable")).toEqual({ ok: true, value: "leaf" });
    expect(await renderTemplateAsync("{{user `a`}}", context, "until-stable")).toEqual({ ok: true, value: "leaf" });
  });

  it("stops at a variable that contains itself", () => {
    const result = renderTemplate("{{user `loop`}}", { ...base, user }, "until-stable");
    expect(!result.ok && result.problem.code).toBe("template/never-stable");
  });

  it("shows a mistake of a later round at the whole text", () => {
    const result = renderTemplate("{{user `bad`}}", { ...base, user }, "until-stable");
    expect(!result.ok && result.problem.span).toEqual({ start: 0, end: 14 });
  });
});
