import type { SourceRange, Template } from "@kiln/sdk";
import type { JsonComponent } from "./json-component.ts";
import type { JsonNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";

/**
 * A legacy JSON template as it was read: names, variables and options are raw text, nothing has been rendered. `inspect` and
 * `-syntax-only` need no more; `evaluateJsonTemplate` makes it ready to plan.
 */
export interface JsonTemplate extends Template {
  readonly syntax: "json";
  readonly source: SourceText;
  readonly rawVariables: ReadonlyMap<string, RawVariable>;
  /** Names listed in `sensitive-variables`, declared or not. */
  readonly sensitiveNames: readonly string[];
  readonly minVersion?: { readonly text: string; readonly range: SourceRange };
  /** Root members whose names start with `_`, and the entries of `comments`. */
  readonly comments: readonly { readonly name: string; readonly text: string }[];
  readonly parts: JsonParts;
}
export interface RawVariable {
  readonly name: string;
  /** The default as written; absent where it is null: the variable is required. */
  readonly fallback?: string;
  readonly range: SourceRange;
  readonly node: JsonNode;
}
export interface JsonParts {
  readonly builders: readonly JsonComponent[];
  readonly provisioners: readonly JsonComponent[];
  readonly onError?: JsonComponent;
  readonly postProcessors: readonly (readonly JsonComponent[])[];
}
