import type { Diagnostic, SourceRange } from "@kiln/sdk";
import { problem } from "@kiln/sdk";

/** Half-open, in UTF-16 units of the template text, as JavaScript indexes it. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** A user's mistake in a template. */
export interface TemplateProblem {
  readonly phase: "parse" | "execute";
  readonly code: `template/${string}`;
  /** Go's whole message, `template: root:1:2: executing "root" at <user>: …`: what Packer prints. */
  readonly message: string;
  /** The message without the place, for those who show the place themselves. */
  readonly reason: string;
  /** The offending part of the template text. */
  readonly span: TextSpan;
  /** From 1. */
  readonly line: number;
  /** From 1, in Unicode characters. */
  readonly column: number;
  readonly detail?: string;
  /** What the text of `span` was probably meant to be. */
  readonly suggestion?: string;
}

/** A value, or what is wrong with the template. A template stops at its first mistake. */
export type TemplateResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: TemplateProblem };

/** Line and column of an offset, both from 1. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: Array.from(before.slice(lineStart)).length + 1 };
}

/** The problem as a diagnostic; `locate` maps a span of the template text to its place in the file, if it has one. */
export function templateDiagnostic(
  found: TemplateProblem,
  locate?: (span: TextSpan) => SourceRange | undefined,
): Diagnostic {
  const subject = locate?.(found.span);
  const guess = found.suggestion === undefined ? undefined : `Did you mean "${found.suggestion}"?`;
  const detail = [found.detail, guess].filter((part) => part !== undefined).join(" ");
  return problem(found.code, found.message, {
    detail: detail || undefined,
    subject,
    suggestion: subject && found.suggestion !== undefined ? { replace: subject, with: found.suggestion } : undefined,
  });
}
