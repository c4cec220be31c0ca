import { append, type Diagnostic, problem } from "@kiln/sdk";
import { elements } from "../eval/for.ts";
import type { Scope } from "../eval/scope.ts";
import type { Expression, Span } from "../syntax/ast.ts";
import { rangeOf } from "../syntax/ast.ts";
import { objectValue, UNKNOWN, type Value } from "../values/value.ts";
import type { AttributeContent, BlockContent, BlockSchema, Body, BodyContent, BodySchema, Content } from "./body.ts";
import { dynamicLabels, readDynamicBlock } from "./dynamic-block.ts";
import { UnknownBody } from "./unknown-body.ts";

type Iterators = ReadonlyMap<string, Value>;
const NO_ITERATORS: Iterators = new Map();

const DYNAMIC: BlockSchema = { type: "dynamic", labels: ["type"] };

/**
 * The body with its `dynamic "type" { for_each … content { … } }` blocks replaced by the blocks that they generate, at every
 * level. `scope` has what `for_each` and `labels` may refer to.
 */
export function expandDynamicBlocks(body: Body, scope: Scope): Body {
  return new DynamicBody(body, scope, NO_ITERATORS, new Set());
}

class DynamicBody implements Body {
  private readonly inner: Body;
  private readonly scope: Scope;
  private readonly iterators: Iterators;
  /** Generated types that an earlier partial reading took. */
  private readonly taken: ReadonlySet<string>;

  constructor(inner: Body, scope: Scope, iterators: Iterators, taken: ReadonlySet<string>) {
    this.inner = inner;
    this.scope = scope;
    this.iterators = iterators;
    this.taken = taken;
  }

  get missing(): Span {
    return this.inner.missing;
  }

  content(schema: BodySchema): Content {
    const { content, diagnostics } = this.inner.content(withDynamic(schema));
    return this.expanded(schema, content, diagnostics, false);
  }

  partial(schema: BodySchema): Content & { readonly rest: Body } {
    // The dynamic blocks stay visible: some may generate what is asked for later.
    const { content, diagnostics } = this.inner.partial(withDynamic(schema));
    const { rest } = this.inner.partial(schema);
    const taken = new Set([...this.taken, ...(schema.blocks ?? []).map((b) => b.type)]);
    return {
      ...this.expanded(schema, content, diagnostics, true),
      rest: new DynamicBody(rest, this.scope, this.iterators, taken),
    };
  }

  attributes(): ReturnType<Body["attributes"]> {
    const { attributes, diagnostics } = this.inner.attributes();
    return { attributes: this.bound(attributes), diagnostics };
  }

  private bound(attributes: ReadonlyMap<string, AttributeContent>): ReadonlyMap<string, AttributeContent> {
    if (this.iterators.size === 0) return attributes;
    return new Map([...attributes].map(([name, a]) => [name, { ...a, expression: this.bind(a.expression) }]));
  }

  private bind(expression: Expression): Expression {
    if (this.iterators.size === 0) return expression;
    const { source, start, end } = expression;
    return { kind: "bound", expression, variables: this.iterators, source, start, end };
  }

  private expanded(schema: BodySchema, content: BodyContent, found: readonly Diagnostic[], partial: boolean): Content {
    const diagnostics = [...found];
    const blocks: BlockContent[] = [];
    const known = new Map((schema.blocks ?? []).map((b) => [b.type, b]));
    for (const block of content.blocks) {
      if (block.type !== "dynamic" || known.has("dynamic")) {
        blocks.push({ ...block, body: new DynamicBody(block.body, this.scope, this.iterators, new Set()) });
        continue;
      }
      const type = block.labels[0] ?? "";
      const wanted = known.get(type);
      if (wanted) append(blocks, this.generate(block, wanted, diagnostics));
      else if (!partial && !this.taken.has(type)) {
        const detail = `Blocks of type "${type}" are not expected here.`;
        const subject = rangeOf(block.labelSpans[0] ?? block.span);
        diagnostics.push(problem("hcl/unsupported-block", "Unsupported block type", { detail, subject }));
      }
    }
    return { content: { attributes: this.bound(content.attributes), blocks }, diagnostics };
  }

  private generate(block: BlockContent, schema: BlockSchema, diagnostics: Diagnostic[]): BlockContent[] {
    const read = readDynamicBlock(block, schema, this.scope.child(this.iterators));
    append(diagnostics, read.diagnostics);
    if (!read.spec) return [];
    const { content, iterator, collection, labels } = read.spec;
    const pairs = collection.isKnown ? elements(collection) : [[UNKNOWN, UNKNOWN] as const];
    const made: BlockContent[] = [];
    for (const [key, value] of pairs) {
      const iterators = new Map([...this.iterators, [iterator, objectValue({ key, value })]]);
      const texts = dynamicLabels(labels, this.scope.child(iterators), diagnostics);
      if (!texts) continue;
      const expanded = new DynamicBody(content, this.scope, iterators, new Set());
      made.push({
        type: schema.type,
        labels: texts,
        body: collection.isKnown ? expanded : new UnknownBody(expanded),
        span: block.span,
        typeSpan: block.labelSpans[0] ?? block.typeSpan,
        labelSpans: labels,
      });
    }
    return made;
  }
}

function withDynamic(schema: BodySchema): BodySchema {
  const blocks = schema.blocks ?? [];
  return blocks.some((b) => b.type === "dynamic") ? schema : { ...schema, blocks: [...blocks, DYNAMIC] };
}
