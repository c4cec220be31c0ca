import type { Diagnostic } from "@kiln/sdk";
import { evaluate } from "../src/eval/evaluate.ts";
import { Scope } from "../src/eval/scope.ts";
import type { FunctionTable } from "../src/functions/function.ts";
import { parseExpressionText, parseTemplateText } from "../src/syntax/parse.ts";
import type { Value } from "../src/values/value.ts";
import { decodeType, decodeValue, encodeType, encodeValue, type TypeCode } from "./coding.ts";

interface DiagnosticCode {
  readonly severity: string;
  readonly summary: string;
  readonly detail?: string;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

export interface ValueCode {
  readonly type: TypeCode;
  readonly value?: unknown;
  readonly tagged?: boolean;
}

/** One line of the expression and function data. */
export interface Case {
  readonly id: string;
  readonly kind?: "template";
  readonly fn?: string;
  readonly expr: string;
  readonly vars?: Record<string, ValueCode>;
  readonly result: {
    readonly type?: TypeCode;
    readonly value?: unknown;
    readonly pattern?: string;
    readonly phase?: "parse" | "eval";
    readonly diagnostics?: readonly DiagnosticCode[];
  };
}

export function encodeDiagnostic(d: Diagnostic): DiagnosticCode {
  const { severity, summary, detail, subject } = d;
  return {
    severity,
    summary,
    ...(detail !== undefined && { detail }),
    ...(subject && {
      line: subject.start.line,
      column: subject.start.column,
      endLine: subject.end.line,
      endColumn: subject.end.column,
    }),
  };
}

export function decodeVariables(vars: Record<string, ValueCode>): Map<string, Value> {
  return new Map(Object.entries(vars).map(([name, v]) => [name, decodeValue(v.value, decodeType(v.type))]));
}

/** What this implementation answers to a case, in the coding of the data. */
export function answer(c: Case, functions: FunctionTable, expr = c.expr): Case["result"] {
  const parsed = c.kind === "template" ? parseTemplateText(expr, "test.hcl") : parseExpressionText(expr, "test.hcl");
  if (parsed.diagnostics.length > 0) return { diagnostics: parsed.diagnostics.map(encodeDiagnostic), phase: "parse" };
  const scope = new Scope({ variables: decodeVariables(c.vars ?? {}), functions });
  const { value, diagnostics } = evaluate(parsed.result, scope);
  if (diagnostics.length > 0) return { diagnostics: diagnostics.map(encodeDiagnostic), phase: "eval" };
  return { type: encodeType(value.type), value: encodeValue(value) };
}

/** The parts of a result that must agree; details of diagnostics only with `details`. */
export function comparable(result: Case["result"], details: boolean): unknown {
  const { type, value, diagnostics, phase } = result;
  if (!diagnostics) return { type: sorted(type), value: sorted(value ?? null) };
  return {
    phase,
    diagnostics: diagnostics.map(({ detail, ...d }) => sorted({ ...d, ...(details && { detail: detail ?? "" }) })),
  };
}

function sorted(code: unknown): unknown {
  if (Array.isArray(code)) return code.map(sorted);
  if (code === null || typeof code !== "object") return code;
  return Object.fromEntries(
    Object.entries(code)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
