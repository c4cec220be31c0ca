import {
  buildPlaceholder,
  functionReferences,
  renderTemplate,
  type TemplateProblem,
  type TextSpan,
  userReferences,
} from "@kiln/go-template";
import {
  caution,
  type Diagnostic,
  type EvalScope,
  nearestName,
  problem,
  type SourceRange,
  type TemplateFunctions,
} from "@kiln/sdk";
import { interpolation, pendingNames, userVariables } from "./json-scope.ts";
import type { StringNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";

export interface Rendered {
  /** Absent where it failed. */
  readonly text?: string;
  /** A value of the run was asked for. */
  readonly late: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Renders a string of the template once. `name` is the option that Packer's messages name (`invalid 'NAME'` for text that does not parse,
 * `render 'NAME'` for what fails while rendering).
 */
export function renderNode(
  node: StringNode,
  source: SourceText,
  name: string,
  scope: EvalScope,
  functions: TemplateFunctions = {},
): Rendered {
  const text = node.value;
  if (!text.includes("{{")) return { text, late: false, diagnostics: hclInText(node, source) };
  const result = renderTemplate(text, interpolation(scope, functions));
  if (!result.ok) return { late: false, diagnostics: [failure(result.problem, node, source, name)] };
  const found = [
    ...undefinedVariables(node, source, scope),
    ...emptyNames(node, source, result.value, scope),
    ...hclInText(node, source),
  ];
  return { text: result.value, late: asksTheRun(text, result.value, scope), diagnostics: found };
}

/** Checks text that the component renders during the run. */
export function checkLate(
  node: StringNode,
  source: SourceText,
  name: string,
  scope: EvalScope,
  functions: TemplateFunctions = {},
): readonly Diagnostic[] {
  if (!node.value.includes("{{")) return [];
  const result = renderTemplate(node.value, interpolation(scope, functions), "validate");
  return result.ok ? undefinedVariables(node, source, scope) : [failure(result.problem, node, source, name)];
}

function failure(found: TemplateProblem, node: StringNode, source: SourceText, name: string): Diagnostic {
  const verb = found.phase === "parse" ? "invalid" : "render";
  return templateFailure(found, node, source, `${verb} '${name}': ${found.message}`);
}

/** A template's mistake at its place inside a JSON string. */
export function templateFailure(
  found: TemplateProblem,
  node: StringNode,
  source: SourceText,
  summary: string,
): Diagnostic {
  const subject = spanInString(source, node, found.span);
  const guess = found.suggestion === undefined ? undefined : `Did you mean "${found.suggestion}"?`;
  return problem(found.code, summary, {
    detail: [`in: ${node.value}`, found.detail, guess].filter((part) => part !== undefined).join("\n"),
    subject,
    context: source.range(node.start, node.end),
    ...(found.suggestion !== undefined && { suggestion: { replace: subject, with: found.suggestion } }),
  });
}

const hclReference = /\$\{\s*(var|local|build|data|source|packer|path)\.(\w+)[^}]*\}/;

/** `${var.x}` in a JSON template stays as it is, which hardly anybody means: no shell knows such a name either. */
function hclInText(node: StringNode, source: SourceText): readonly Diagnostic[] {
  const match = node.value.includes("${") ? hclReference.exec(node.value) : null;
  if (!match) return [];
  const [whole, root = "", name = ""] = match;
  const call = root === "build" ? `{{build \`${name}\`}}` : `{{user \`${name}\`}}`;
  const subject = spanInString(source, node, { start: match.index, end: match.index + whole.length });
  return [
    caution("template/hcl-in-json", `${whole} is HCL2, and this is a JSON template`, {
      detail: `It is left as it is. ${root === "var" || root === "local" || root === "build" ? `Write ${call} here` : "JSON templates have no such name"}, or turn the template into HCL2 with hcl2_upgrade.`,
      subject,
    }),
  ];
}

/** Packer renders an undeclared variable as nothing, silently; this says so. */
function undefinedVariables(node: StringNode, source: SourceText, scope: EvalScope): readonly Diagnostic[] {
  if (!node.value.includes("user")) return [];
  const known = userVariables(scope);
  return userReferences(node.value)
    .filter((reference) => !known.has(reference.name))
    .map((reference) => {
      const near = nearestName(reference.name, known.keys());
      const subject = spanInString(source, node, reference.span);
      const quoteMark = node.value.charAt(reference.span.start);
      return caution("template/undefined-variable", `undefined variable: ${reference.name}`, {
        detail: `No variable "${reference.name}" is declared or given; it renders as nothing.${near === undefined ? "" : ` Did you mean "${near}"?`}`,
        subject,
        context: source.range(node.start, node.end),
        ...(near !== undefined && quoteMark === "`" && { suggestion: { replace: subject, with: `\`${near}\`` } }),
      });
    });
}

/** `{{.Name}}` outside of text that is rendered during the run hardly ever means what it does. */
function emptyNames(node: StringNode, source: SourceText, output: string, scope: EvalScope): readonly Diagnostic[] {
  const subject = source.range(node.start, node.end);
  if (output.includes("<no value>") && !node.value.includes("<no value>"))
    return [
      caution("template/no-value", "a name in this text has no value", {
        detail: `It renders as: ${output}`,
        subject,
      }),
    ];
  if (!output.includes(buildPlaceholder) || node.value.includes(buildPlaceholder)) return [];
  const names = [...pendingNames(scope)].filter((name) => new RegExp(`\\.${name}\\b`).test(node.value));
  const advice = names.map((name) => `Write {{build \`${name}\`}} instead of {{.${name}}}.`);
  return [
    caution("template/build-value", "values of the build are read with the build function", {
      detail: advice.join(" ") || "A dot alone is all of them at once: write {{build `ID`}} where the ID is meant.",
      subject,
    }),
  ];
}

function asksTheRun(text: string, output: string, scope: EvalScope): boolean {
  const names = pendingNames(scope);
  if (names.size === 0) return false;
  if (output.includes(buildPlaceholder)) return true;
  return functionReferences(text, new Set(["build"])).some((r) => r.name === undefined || names.has(r.name));
}

/** The file's range of a part of a string's value: escapes are counted out. */
export function spanInString(source: SourceText, node: StringNode, span: TextSpan): SourceRange {
  return source.range(offsetInString(source, node, span.start), offsetInString(source, node, span.end));
}

function offsetInString(source: SourceText, node: StringNode, index: number): number {
  if (node.end - node.start - 2 === node.value.length) return node.start + 1 + index;
  let at = node.start + 1;
  for (let i = 0; i < index && at < node.end - 1; i++) {
    if (source.text.charAt(at) !== "\\") at += 1;
    else at += source.text.charAt(at + 1) === "u" ? 6 : 2;
  }
  return at;
}
