import { type Diagnostic, type DiagnosticOptions, nearestName, problem } from "@kiln/sdk";
import type { JsonNode, Member } from "./node.ts";
import type { SourceText } from "./source-text.ts";

/** A mistake at a value. */
export function problemAt(
  source: SourceText,
  node: { readonly start: number; readonly end: number },
  code: Diagnostic["code"],
  summary: string,
  options: Omit<DiagnosticOptions, "subject"> = {},
): Diagnostic {
  return problem(code, summary, { ...options, subject: source.range(node.start, node.end) });
}

/** The range of a member's name, quotes included. */
export function keySpan(member: { readonly keyStart: number; readonly keyEnd: number }): {
  start: number;
  end: number;
} {
  return { start: member.keyStart, end: member.keyEnd };
}

/** `Did you mean "X"?` with the replacement, where a known name is near. */
export function didYouMean(
  source: SourceText,
  span: { readonly start: number; readonly end: number },
  given: string,
  known: Iterable<string>,
): Pick<DiagnosticOptions, "detail" | "suggestion"> {
  const near = nearestName(given, known);
  if (near === undefined) return {};
  return {
    detail: `Did you mean "${near}"?`,
    suggestion: { replace: source.range(span.start, span.end), with: JSON.stringify(near) },
  };
}

/** Every name used twice in one object, at any depth: Packer refuses such a template. */
export function duplicateFields(source: SourceText, root: JsonNode): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const visit = (node: JsonNode): void => {
    if (node.kind === "array") for (const item of node.items) visit(item);
    if (node.kind !== "object") return;
    const seen = new Map<string, Member>();
    for (const member of node.members) {
      const first = seen.get(member.key);
      if (first) found.push(duplicate(source, member, first));
      else seen.set(member.key, member);
      visit(member.value);
    }
  };
  visit(root);
  return found;
}

function duplicate(source: SourceText, member: Member, first: Member): Diagnostic {
  const { line } = source.position(first.keyStart);
  return problemAt(source, keySpan(member), "json/duplicate-field", `template has duplicate field: ${member.key}`, {
    detail: `"${member.key}" was given before, on line ${line}.`,
  });
}
