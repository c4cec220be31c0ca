import { caution, type Diagnostic, type SourceRange } from "@kiln/sdk";
import { namedIn, wholeFile, withoutQuotes } from "../secret-text.ts";
import { keySpan, problemAt } from "./diagnose.ts";
import { goKind, type JsonNode, type StringNode } from "./node.ts";
import { parseJson } from "./parse-json.ts";
import { readSource } from "./read-source.ts";
import type { SourceText } from "./source-text.ts";
import { goPrint } from "./weak.ts";

export interface VarFile {
  /** As the user typed it. */
  readonly path: string;
  readonly text: string | Uint8Array;
}
/** A variable's text and where it was written; `-var` has no place. */
export interface Assigned {
  readonly text: string;
  readonly place?: { readonly source: SourceText; readonly node: StringNode };
}

/** The variables whose values must not be shown, and who is told of their places. */
export interface SecretVariables {
  readonly names: ReadonlySet<string>;
  conceal(range: SourceRange): void;
}

/** Reads a `-var-file`: a JSON object of texts. Later files win, so the caller reads them in order. */
export function readVarFile(
  file: VarFile,
  into: Map<string, Assigned>,
  secret: SecretVariables,
): readonly Diagnostic[] {
  const { source, warnings } = readSource(file.text, file.path);
  const prefix = `Error reading variables in '${file.path}'`;
  const parsed = parseJson(source);
  if (!parsed.ok) {
    const diagnostics = parsed.diagnostics.map((d) => ({ ...d, summary: `${prefix}: ${d.summary}` }));
    const name = namedIn(file.text, secret.names);
    if (name === undefined) return diagnostics;
    secret.conceal(wholeFile(file.path));
    return diagnostics.map((d) => toldOfSyntax(d, name));
  }
  const root = parsed.value;
  if (root.kind === "literal" && root.value === null) return warnings;
  if (root.kind !== "object") {
    const summary = `${prefix}: json: cannot unmarshal ${jsonKind(root)} into Go value of type kvflag.FlagJSON`;
    return [
      problemAt(source, root, "variables/not-an-object", summary, {
        detail: "A variables file is a JSON object of texts.",
      }),
    ];
  }
  const found: Diagnostic[] = [...warnings];
  const seen = new Set<string>();
  for (const member of root.members) {
    const { key, value } = member;
    const isSecret = secret.names.has(key);
    if (isSecret) secret.conceal(source.range(value.start, value.end));
    if (seen.has(key)) found.push(repeated(source, member, key));
    seen.add(key);
    if (value.kind === "string") into.set(key, { text: value.value, place: { source, node: value } });
    else if (value.kind === "literal" && value.value === null) into.set(key, { text: "" });
    else {
      const summary = `${prefix}: json: cannot unmarshal ${jsonKind(value)} into Go value of type string`;
      const refusal = notText(source, value, summary);
      found.push(isSecret ? withoutQuotes(refusal, `"${key}" is sensitive`) : refusal);
    }
  }
  return found;
}

/** A syntax error says where it is in its own words, above the lines that are not shown here. */
function toldOfSyntax(diagnostic: Diagnostic, name: string): Diagnostic {
  const [place = ""] = (diagnostic.detail ?? "").split("\n");
  const told = withoutQuotes(diagnostic, `the file sets the sensitive variable "${name}"`);
  return { ...told, detail: `${place}\n${told.detail ?? ""}` };
}

function repeated(source: SourceText, member: { keyStart: number; keyEnd: number }, key: string): Diagnostic {
  const span = keySpan(member);
  return caution("variables/repeated", `variable "${key}" is given twice; the last counts`, {
    subject: source.range(span.start, span.end),
  });
}

function notText(source: SourceText, value: JsonNode, summary: string): Diagnostic {
  const scalar = value.kind === "number" || value.kind === "literal";
  return problemAt(source, value, "variables/not-text", summary, {
    detail: "Values of variables are texts.",
    ...(scalar && {
      suggestion: {
        replace: source.range(value.start, value.end),
        with: `"${value.kind === "number" ? source.text.slice(value.start, value.end) : goPrint(value)}"`,
      },
    }),
  });
}

function jsonKind(node: JsonNode): string {
  if (node.kind === "array" || node.kind === "object") return node.kind;
  return node.kind === "number" ? "number" : goKind(node);
}
