import { type Diagnostic, problem } from "@kiln/sdk";
import { didYouMean, nearest } from "../suggestion.ts";
import { type Attribute, type Block, between, type NativeBody, rangeOf, type Span } from "../syntax/ast.ts";
import type { AttributeContent, BlockContent, BlockSchema, Body, BodySchema, Content } from "./body.ts";

const NONE: ReadonlySet<string> = new Set();

/** A body of the native syntax; what earlier partial readings took is hidden. */
export class NativeSyntaxBody implements Body {
  readonly tree: NativeBody;
  private readonly hiddenAttributes: ReadonlySet<string>;
  private readonly hiddenBlocks: ReadonlySet<string>;

  constructor(tree: NativeBody, hiddenAttributes = NONE, hiddenBlocks = NONE) {
    this.tree = tree;
    this.hiddenAttributes = hiddenAttributes;
    this.hiddenBlocks = hiddenBlocks;
  }

  get missing(): Span {
    const { source, start } = this.tree;
    return { source, start, end: start };
  }

  partial(schema: BodySchema): Content & { readonly rest: Body } {
    const diagnostics: Diagnostic[] = [];
    const attributes = this.wantedAttributes(schema, diagnostics);
    const blocks = this.wantedBlocks(schema.blocks ?? [], diagnostics);
    const rest = new NativeSyntaxBody(
      this.tree,
      new Set([...this.hiddenAttributes, ...(schema.attributes ?? []).map((a) => a.name)]),
      new Set([...this.hiddenBlocks, ...(schema.blocks ?? []).map((b) => b.type)]),
    );
    return { content: { attributes, blocks }, diagnostics, rest };
  }

  content(schema: BodySchema): Content {
    const { content, diagnostics } = this.partial(schema);
    const found = [...diagnostics];
    const attributeNames = new Set((schema.attributes ?? []).map((a) => a.name));
    const blockTypes = new Set((schema.blocks ?? []).map((b) => b.type));
    for (const attribute of this.visibleAttributes()) {
      if (!attributeNames.has(attribute.name))
        found.push(unsupportedArgument(attribute, attributeNames, blockTypes, content.attributes));
    }
    for (const block of this.tree.blocks) {
      if (this.hiddenBlocks.has(block.type) || blockTypes.has(block.type)) continue;
      found.push(unsupportedBlock(block, attributeNames, blockTypes));
    }
    return { content, diagnostics: found };
  }

  attributes(): ReturnType<Body["attributes"]> {
    const diagnostics: Diagnostic[] = [];
    const [first] = this.tree.blocks.filter((b) => !this.hiddenBlocks.has(b.type));
    if (first) {
      const detail = "Blocks are not allowed here.";
      const subject = rangeOf(first.typeSpan);
      diagnostics.push(problem("hcl/unexpected-block", `Unexpected "${first.type}" block`, { detail, subject }));
    }
    return { attributes: new Map(this.visibleAttributes().map((a) => [a.name, asContent(a)])), diagnostics };
  }

  private visibleAttributes(): Attribute[] {
    return [...this.tree.attributes.values()].filter((a) => !this.hiddenAttributes.has(a.name));
  }

  private wantedAttributes(schema: BodySchema, diagnostics: Diagnostic[]): Map<string, AttributeContent> {
    const wanted = new Set<string>();
    for (const { name, required } of schema.attributes ?? []) {
      const present = this.tree.attributes.has(name) && !this.hiddenAttributes.has(name);
      if (present) wanted.add(name);
      else if (required === true) diagnostics.push(missingArgument(name, this.missing));
    }
    const found = this.visibleAttributes().filter((a) => wanted.has(a.name));
    return new Map(found.map((a) => [a.name, asContent(a)]));
  }

  private wantedBlocks(schemas: readonly BlockSchema[], diagnostics: Diagnostic[]): BlockContent[] {
    const wanted = new Map(schemas.map((s) => [s.type, s.labels ?? []]));
    const found: BlockContent[] = [];
    for (const block of this.tree.blocks) {
      const labels = this.hiddenBlocks.has(block.type) ? undefined : wanted.get(block.type);
      if (!labels) continue;
      const wrong = wrongLabels(block, labels);
      if (wrong) diagnostics.push(wrong);
      else found.push(blockContent(block));
    }
    return found;
  }
}

/** The error for a required argument that is not there. */
export function missingArgument(name: string, subject: Span): Diagnostic {
  const detail = `The argument "${name}" is required, but no definition was found.`;
  return problem("hcl/missing-argument", "Missing required argument", { detail, subject: rangeOf(subject) });
}

function asContent({ name, expression, nameSpan, source, start, end }: Attribute): AttributeContent {
  return { name, expression, nameSpan, source, start, end };
}

/** A block of the native syntax, its body still to be read by a schema. */
function blockContent(block: Block): BlockContent {
  const { type, labels, typeSpan, labelSpans } = block;
  const span = between(typeSpan, labelSpans.at(-1) ?? typeSpan);
  return { type, labels, typeSpan, labelSpans, span, body: new NativeSyntaxBody(block.body) };
}

function wrongLabels(block: Block, labels: readonly string[]): Diagnostic | undefined {
  const { type } = block;
  const context = rangeOf(between(block.typeSpan, block.openBrace));
  const extra = block.labelSpans[labels.length];
  if (extra) {
    const detail =
      labels.length === 0
        ? `No labels are expected for ${type} blocks.`
        : `Only ${labels.length} labels (${labels.join(", ")}) are expected for ${type} blocks.`;
    const subject = rangeOf(extra);
    return problem("hcl/extra-label", `Extraneous label for ${type}`, { detail, subject, context });
  }
  const missing = labels[block.labels.length];
  if (missing === undefined) return undefined;
  const detail = `All ${type} blocks must have ${labels.length} labels (${labels.join(", ")}).`;
  const subject = rangeOf(block.openBrace);
  return problem("hcl/missing-label", `Missing ${missing} for ${type}`, { detail, subject, context });
}

function unsupportedArgument(
  { name, nameSpan }: Attribute,
  known: ReadonlySet<string>,
  blocks: ReadonlySet<string>,
  given: ReadonlyMap<string, unknown>,
): Diagnostic {
  const near = nearest(
    name,
    [...known].filter((n) => !given.has(n)),
  );
  const asBlock = blocks.has(name) ? ` Did you mean to define a block of type "${name}"?` : "";
  const hint = near === undefined ? asBlock : didYouMean(near);
  const subject = rangeOf(nameSpan);
  return problem("hcl/unsupported-argument", "Unsupported argument", {
    detail: `An argument named "${name}" is not expected here.${hint}`,
    subject,
    ...(near !== undefined && { suggestion: { replace: subject, with: near } }),
  });
}

function unsupportedBlock(
  { type, typeSpan }: Block,
  attributes: ReadonlySet<string>,
  known: ReadonlySet<string>,
): Diagnostic {
  const near = nearest(type, known);
  const asArgument = attributes.has(type)
    ? ` Did you mean to define argument "${type}"? If so, use the equals sign to assign it a value.`
    : "";
  const hint = near === undefined ? asArgument : didYouMean(near);
  const subject = rangeOf(typeSpan);
  return problem("hcl/unsupported-block", "Unsupported block type", {
    detail: `Blocks of type "${type}" are not expected here.${hint}`,
    subject,
    ...(near !== undefined && { suggestion: { replace: subject, with: near } }),
  });
}
