import type { Diagnostic } from "@kiln/sdk";
import type { Expression, Span } from "../syntax/ast.ts";

export interface AttributeSchema {
  readonly name: string;
  readonly required?: boolean;
}
export interface BlockSchema {
  readonly type: string;
  /** What its labels are called in messages; their number is how many it must have. */
  readonly labels?: readonly string[];
}
/** Which arguments and blocks a body may hold. */
export interface BodySchema {
  readonly attributes?: readonly AttributeSchema[];
  readonly blocks?: readonly BlockSchema[];
}

export interface AttributeContent extends Span {
  readonly name: string;
  readonly expression: Expression;
  readonly nameSpan: Span;
}
export interface BlockContent {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: Body;
  /** Where it is defined: its header, or the opening bracket in JSON. */
  readonly span: Span;
  readonly typeSpan: Span;
  readonly labelSpans: readonly Span[];
}
/** What a body holds of what its schema asks for; attributes in source order. */
export interface BodyContent {
  readonly attributes: ReadonlyMap<string, AttributeContent>;
  readonly blocks: readonly BlockContent[];
}

export interface Content {
  readonly content: BodyContent;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * A body whose meaning depends on a schema: the same in both syntaxes, in native and JSON files. Contents are whatever
 * could be made out, beside everything that is wrong.
 */
export interface Body {
  /** Where to point at when something is missing. */
  readonly missing: Span;
  /** What the schema asks for; anything else is an error. */
  content(schema: BodySchema): Content;
  /** What the schema asks for, and the rest as a body of its own. */
  partial(schema: BodySchema): Content & { readonly rest: Body };
  /** Everything as attributes; blocks are errors. */
  attributes(): {
    readonly attributes: ReadonlyMap<string, AttributeContent>;
    readonly diagnostics: readonly Diagnostic[];
  };
}
