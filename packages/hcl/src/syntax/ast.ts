import type { Diagnostic, SourceRange } from "@kiln/sdk";
import type { Value } from "../values/value.ts";
import type { SourceText } from "./source-text.ts";

/** Part of a source, by UTF-16 offsets; lines and columns are worked out when somebody asks. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

export function rangeOf(span: Span): SourceRange {
  return span.source.range(span.start, span.end);
}

/** From the start of the first to the end of the second. */
export function between(first: Span, last: Span): Span {
  return { source: first.source, start: first.start, end: last.end };
}

export type Step =
  | ({ readonly kind: "attribute"; readonly name: string } & Span)
  | ({ readonly kind: "index"; readonly key: Value } & Span);

export interface Literal extends Span {
  readonly kind: "literal";
  readonly value: Value;
}
/** A variable and what is reached from it: `var.list[0].name`. */
export interface Reference extends Span {
  readonly kind: "reference";
  readonly root: string;
  readonly rootEnd: number;
  readonly steps: readonly Step[];
}
/** Attributes and constant indexes of any other expression. */
export interface Traversal extends Span {
  readonly kind: "traversal";
  readonly from: Expression;
  readonly steps: readonly Step[];
}
export interface Call extends Span {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly expandFinal: boolean;
  readonly nameSpan: Span;
  readonly openSpan: Span;
  readonly closeSpan: Span;
}
export interface Conditional extends Span {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}
export interface Index extends Span {
  readonly kind: "index";
  readonly collection: Expression;
  readonly key: Expression;
  readonly brackets: Span;
}
export interface TupleConstructor extends Span {
  readonly kind: "tuple";
  readonly items: readonly Expression[];
  readonly open: Span;
}
export interface ObjectItem {
  readonly key: Expression;
  readonly value: Expression;
}
export interface ObjectConstructor extends Span {
  readonly kind: "object";
  readonly items: readonly ObjectItem[];
  readonly open: Span;
}
/** A key in an object constructor: a bare name is a literal, unless in parentheses. */
export interface ObjectKey extends Span {
  readonly kind: "key";
  readonly expression: Expression;
  readonly forceExpression: boolean;
}
export interface For extends Span {
  readonly kind: "for";
  readonly keyName: string;
  readonly valueName: string;
  readonly collection: Expression;
  readonly key: Expression | undefined;
  readonly value: Expression;
  readonly condition: Expression | undefined;
  readonly group: boolean;
  readonly object: boolean;
  readonly open: Span;
  readonly close: Span;
}
export interface Splat extends Span {
  readonly kind: "splat";
  readonly from: Expression;
  readonly each: Expression;
  readonly item: ItemSymbol;
  readonly marker: Span;
}
/** The current element inside a splat. Its identity tells nested splats apart. */
export interface ItemSymbol extends Span {
  readonly kind: "item";
}
export interface Template extends Span {
  readonly kind: "template";
  readonly parts: readonly Expression[];
}
/** A template that is one interpolation and nothing else keeps the type of what it holds. */
export interface TemplateWrap extends Span {
  readonly kind: "wrap";
  readonly expression: Expression;
}
/** The texts a `%{ for }` produces, joined. */
export interface TemplateJoin extends Span {
  readonly kind: "join";
  readonly tuple: Expression;
}
export type BinaryOperator = "||" | "&&" | "==" | "!=" | ">" | ">=" | "<" | "<=" | "+" | "-" | "*" | "/" | "%";
export interface Binary extends Span {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Unary extends Span {
  readonly kind: "unary";
  readonly operator: "-" | "!";
  readonly operand: Expression;
}
export interface Parentheses extends Span {
  readonly kind: "parentheses";
  readonly expression: Expression;
}
/** A JSON value where an expression belongs; its strings are templates. */
export interface JsonExpression extends Span {
  readonly kind: "json";
  readonly node: JsonNode;
}

/** What stands where an expression broke off; its value is unknown, and looking for it says again what is wrong. */
export interface Broken extends Span {
  readonly kind: "broken";
  readonly diagnostics: readonly Diagnostic[];
}

/** An expression inside what a dynamic block generated, with its iterators. */
export interface Bound extends Span {
  readonly kind: "bound";
  readonly expression: Expression;
  readonly variables: ReadonlyMap<string, Value>;
}

export type Expression =
  | Bound
  | Broken
  | Literal
  | Reference
  | Traversal
  | Call
  | Conditional
  | Index
  | TupleConstructor
  | ObjectConstructor
  | ObjectKey
  | For
  | Splat
  | ItemSymbol
  | Template
  | TemplateWrap
  | TemplateJoin
  | Binary
  | Unary
  | Parentheses
  | JsonExpression;

export interface JsonMember {
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: JsonNode;
}
export type JsonNode = Span &
  (
    | { readonly type: "object"; readonly members: readonly JsonMember[]; readonly open: Span; readonly close: Span }
    | { readonly type: "array"; readonly items: readonly JsonNode[]; readonly open: Span }
    | { readonly type: "string"; readonly text: string }
    | { readonly type: "literal"; readonly value: Value }
    | { readonly type: "invalid" }
  );

/** `name = expression` in a body. */
export interface Attribute extends Span {
  readonly name: string;
  readonly expression: Expression;
  readonly nameSpan: Span;
  readonly equalsSpan: Span;
}
/** `type "label" { … }` in a body. */
export interface Block extends Span {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: NativeBody;
  readonly typeSpan: Span;
  readonly labelSpans: readonly Span[];
  readonly openBrace: Span;
  readonly closeBrace: Span;
}
/** A body as the parser read it; attributes in source order, the first of each name. `endSpan` is where more could be added. */
export interface NativeBody extends Span {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
  readonly endSpan: Span;
}

/** Whether an expression is a quoted text without any sequence. */
export function isPlainString(expression: Expression): expression is Template {
  return expression.kind === "template" && expression.parts.length === 1 && expression.parts[0]?.kind === "literal";
}
