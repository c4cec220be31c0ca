import { renderTemplate, type TemplateProblem } from "@kiln/go-template";
import { type Expression, rangeOf } from "@kiln/hcl";
import { type Diagnostic, problem, type SourceRange, type TemplateFunctions } from "@kiln/sdk";
import { interpolation } from "../../json/json-scope.ts";
import type { HclScope } from "../hcl-scope.ts";

/** Renders the `{{ }}` that strings of HCL2 options may hold, as Packer does after evaluating them. */
export class TextRenderer {
  private readonly scope: HclScope;
  private readonly functions: TemplateFunctions;
  private readonly found: Diagnostic[];

  constructor(scope: HclScope, functions: TemplateFunctions, found: Diagnostic[]) {
    this.scope = scope;
    this.functions = functions;
    this.found = found;
  }

  /** Every string in plain data, names of members included. */
  deep(plain: unknown, name: string, late: boolean, at: Expression): unknown {
    if (typeof plain === "string") return this.text(plain, name, late, at);
    if (Array.isArray(plain)) return plain.map((item, i) => this.deep(item, name, late, itemOf(at, i)));
    if (typeof plain !== "object" || plain === null) return plain;
    return Object.fromEntries(
      Object.entries(plain).map(([key, member]) => [
        this.text(key, name, late, at) ?? key,
        this.deep(member, name, late, memberOf(at, key)),
      ]),
    );
  }

  private text(text: string, name: string, late: boolean, at: Expression): string | undefined {
    if (!text.includes("{{")) return text;
    const result = renderTemplate(text, interpolation(this.scope, this.functions), late ? "validate" : "once");
    if (result.ok) return late ? text : result.value;
    this.found.push(failure(result.problem, text, name, at));
    return undefined;
  }
}

function failure(found: TemplateProblem, text: string, name: string, at: Expression): Diagnostic {
  const verb = found.phase === "parse" ? "invalid" : "render";
  const subject = spanOf(found, text, at);
  const guess = found.suggestion === undefined ? undefined : `Did you mean "${found.suggestion}"?`;
  const parts = [`in: ${text}`, mixedUp(text, found) ?? found.detail, guess];
  return problem(found.code, `${verb} '${name}': ${found.message}`, {
    detail: parts.filter((part) => part !== undefined).join("\n"),
    subject,
    context: rangeOf(at),
  });
}

const calls: Readonly<Record<string, (argument: string) => string>> = {
  user: (name) => `\${var.${name}}`,
  build: (name) => `\${build.${name}}`,
  env: (name) => `a variable with default = env("${name}")`,
  template_dir: () => "$" + "{path.root}",
};

/** What a JSON template's call is in HCL2. */
function mixedUp(text: string, { span }: TemplateProblem): string | undefined {
  const near = text.slice(Math.max(0, text.lastIndexOf("{{", span.start)));
  const value = /^\{\{-?\s*((?:var|local|data|build|source|path|packer)\.[\w.-]+)\s*-?\}\}/.exec(near)?.[1];
  if (value !== undefined) return `Values of HCL2 are written \${${value}}, not {{ ${value} }}.`;
  const [, word = "", argument = ""] = /^\{\{-?\s*(\w+)\s*(?:[`"](\w+)[`"])?/.exec(near) ?? [];
  const instead = Object.hasOwn(calls, word) ? calls[word]?.(argument) : undefined;
  return instead && `{{ ${word} }} belongs to JSON templates. In HCL2 write ${instead} instead.`;
}

/** The offending part, where the string is written without escapes, so that its places are those of the file. */
function spanOf(found: TemplateProblem, text: string, at: Expression): SourceRange {
  const written = at.source.text.slice(at.start, at.end);
  if (written !== `"${text}"`) return rangeOf(at);
  return at.source.range(at.start + 1 + found.span.start, at.start + 1 + found.span.end);
}

function itemOf(at: Expression, index: number): Expression {
  return (at.kind === "tuple" ? at.items[index] : undefined) ?? at;
}

function memberOf(at: Expression, key: string): Expression {
  if (at.kind !== "object") return at;
  return (
    at.items.find((item) => item.key.source.text.slice(item.key.start, item.key.end).replace(/^"|"$/g, "") === key)
      ?.value ?? at
  );
}
