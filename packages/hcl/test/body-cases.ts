import type { Diagnostic } from "@kiln/sdk";
import type { AttributeContent, BlockContent, Body, BodySchema } from "../src/body/body.ts";
import { readJsonFile, readNativeFile } from "../src/body/read-file.ts";
import { evaluate } from "../src/eval/evaluate.ts";
import { Scope } from "../src/eval/scope.ts";
import type { FunctionTable } from "../src/functions/function.ts";
import { type Expression, type NativeBody, rangeOf, type Span } from "../src/syntax/ast.ts";
import { decodeVariables, encodeDiagnostic, type ValueCode } from "./cases.ts";
import { encodeType, encodeValue } from "./coding.ts";

export interface SchemaCode {
  readonly attributes?: readonly { readonly name: string; readonly required: boolean }[];
  readonly blocks?: readonly {
    readonly type: string;
    readonly labels: readonly string[];
    readonly schema?: SchemaCode;
  }[];
  readonly partial?: boolean;
  readonly justAttributes?: boolean;
}

export interface BodyCase {
  readonly id: string;
  readonly syntax: "native" | "json";
  readonly input: string;
  readonly schema?: SchemaCode;
  readonly vars?: Record<string, ValueCode>;
  readonly result: Record<string, unknown>;
}

type RangeCode = readonly number[];

function rangeCode(span: Span): RangeCode {
  const { start, end } = rangeOf(span);
  return [start.line, start.column, end.line, end.column, start.byte, end.byte];
}

function outcome(expression: Expression, scope: Scope): Record<string, unknown> {
  const { value, diagnostics } = evaluate(expression, scope);
  if (diagnostics.length > 0) return { evalDiagnostics: diagnostics.map(encodeDiagnostic) };
  const code = encodeValue(value);
  const tagged = JSON.stringify(code)?.includes('"$unknown"') === true;
  return { value: { type: encodeType(value.type), value: code, ...(tagged && { tagged: true }) } };
}

function outline(body: NativeBody, scope: Scope | undefined): Record<string, unknown> {
  return {
    attributes: [...body.attributes.values()].map((a) => ({
      name: a.name,
      nameRange: rangeCode(a.nameSpan),
      equalsRange: rangeCode(a.equalsSpan),
      exprRange: rangeCode(a.expression),
      range: rangeCode(a),
      ...(scope && outcome(a.expression, scope)),
    })),
    blocks: body.blocks.map((b) => ({
      type: b.type,
      labels: b.labels,
      typeRange: rangeCode(b.typeSpan),
      labelRanges: b.labelSpans.map(rangeCode),
      openBraceRange: rangeCode(b.openBrace),
      closeBraceRange: rangeCode(b.closeBrace),
      body: outline(b.body, scope),
    })),
    range: rangeCode(body),
    endRange: rangeCode(body.endSpan),
  };
}

function contentOf(
  body: Body,
  schema: SchemaCode | undefined,
  scope: Scope,
  found: Diagnostic[],
): Record<string, unknown> {
  let attributes: ReadonlyMap<string, AttributeContent>;
  let blocks: readonly BlockContent[] = [];
  if (!schema || schema.justAttributes) {
    const read = body.attributes();
    found.push(...read.diagnostics);
    attributes = read.attributes;
  } else {
    const asked: BodySchema = { attributes: schema.attributes ?? [], blocks: schema.blocks ?? [] };
    const read = schema.partial ? body.partial(asked) : body.content(asked);
    found.push(...read.diagnostics);
    ({ attributes, blocks } = read.content);
  }
  return {
    attributes: [...attributes.values()].map((a) => ({
      name: a.name,
      nameRange: rangeCode(a.nameSpan),
      exprRange: rangeCode(a.expression),
      range: rangeCode(a),
      ...outcome(a.expression, scope),
    })),
    blocks: blocks.map((b) => ({
      type: b.type,
      labels: b.labels,
      defRange: rangeCode(b.span),
      typeRange: rangeCode(b.typeSpan),
      labelRanges: b.labelSpans.map(rangeCode),
      body: contentOf(b.body, schema?.blocks?.find((s) => s.type === b.type)?.schema, scope, found),
    })),
  };
}

/** What this implementation makes of a body, in the coding of the data. */
export function bodyAnswer(c: BodyCase, functions: FunctionTable): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const file = c.syntax === "native" ? "test.pkr.hcl" : "test.pkr.json";
  const read = c.syntax === "native" ? readNativeFile(c.input, file) : readJsonFile(c.input, file);
  const diagnostics: Diagnostic[] = [...read.diagnostics];
  const scope = new Scope({ variables: decodeVariables(c.vars ?? {}), functions });
  if ("tree" in read.body) result["body"] = outline(read.body.tree, diagnostics.length > 0 ? undefined : scope);
  if (c.schema && (c.syntax === "native" || diagnostics.length === 0)) {
    const found: Diagnostic[] = [];
    result["content"] = contentOf(read.body, c.schema, scope, found);
    if (c.syntax === "json") diagnostics.push(...found);
    else if (found.length > 0) result["contentDiagnostics"] = found.map(encodeDiagnostic);
  }
  if (diagnostics.length > 0) result["diagnostics"] = diagnostics.map(encodeDiagnostic);
  return result;
}
