import {
  type AttributeContent,
  type BlockContent,
  type Body,
  type BodyContent,
  expandDynamicBlocks,
  type BodySchema as HclBodySchema,
  type Scope,
} from "@kiln/hcl";
import { append, type Diagnostic, nearestName } from "@kiln/sdk";

/** What a body may hold. */
export interface BodySchema {
  readonly attributes: readonly string[];
  /** Block types with the names of their labels. */
  readonly blocks: ReadonlyMap<string, readonly string[]>;
}

const compiled = new WeakMap<BodySchema, HclBodySchema>();

function hclSchema(schema: BodySchema): HclBodySchema {
  const known = compiled.get(schema);
  if (known) return known;
  const made = {
    attributes: schema.attributes.map((name) => ({ name })),
    blocks: Array.from(schema.blocks, ([type, labels]) => ({ type, labels })),
  };
  compiled.set(schema, made);
  return made;
}

/** What the schema knows of a body; the rest is reported, with what was probably meant. With a scope, `dynamic` blocks are expanded. */
export function contentOf(body: Body, schema: BodySchema, found: Diagnostic[], scope?: Scope): BodyContent {
  const expanded = scope ? expandDynamicBlocks(body, scope) : body;
  const { content, diagnostics } = expanded.content(hclSchema(schema));
  for (const diagnostic of diagnostics) found.push(withHint(diagnostic, schema));
  return content;
}

/** All attributes of a body that may hold nothing else. */
export function attributesOf(body: Body, found: Diagnostic[]): ReadonlyMap<string, AttributeContent> {
  const { attributes, diagnostics } = body.attributes();
  append(found, diagnostics);
  return attributes;
}

/** One attribute of a body, whatever else it holds. */
export function attributeIn(body: Body, name: string): AttributeContent | undefined {
  return body.partial({ attributes: [{ name }] }).content.attributes.get(name);
}

/** Blocks of one type in a body, whatever else it holds. */
export function blocksIn(body: Body, type: string, labels: readonly string[]): readonly BlockContent[] {
  return body.partial({ blocks: [{ type, labels }] }).content.blocks;
}

/** HCL guesses within two edits; names of options are long and worth more. The fix is said where the guess is. */
function withHint(diagnostic: Diagnostic, schema: BodySchema): Diagnostic {
  const { code, detail = "", subject } = diagnostic;
  if (code !== "hcl/unsupported-argument" && code !== "hcl/unsupported-block") return diagnostic;
  const guessed = /Did you mean "([^"]+)"\?/.exec(detail)?.[1];
  if (guessed !== undefined)
    return subject ? { ...diagnostic, suggestion: { replace: subject, with: guessed } } : diagnostic;
  if (detail.includes("Did you mean")) return diagnostic;
  const given = /(?:named|type) "([^"]+)"/.exec(detail)?.[1];
  const near = given && nearestName(given, [...schema.attributes, ...schema.blocks.keys()]);
  if (!near) return diagnostic;
  return {
    ...diagnostic,
    detail: `${detail} Did you mean "${near}"?`,
    ...(subject && { suggestion: { replace: subject, with: near } }),
  };
}
