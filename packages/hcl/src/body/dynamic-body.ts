import { append, type Diagnostic, problem } from "@kiln/sdk";
import { convert } from "../convert/convert.ts";
import { evaluate } from "../eval/evaluate.ts";
import { elements, isIterable } from "../eval/for.ts";
import type { Scope } from "../eval/scope.ts";
import type { Expression, Span } from "../syntax/ast.ts";
import { rangeOf } from "../syntax/ast.ts";
import { parseExpressionText } from "../syntax/parse.ts";
import { Fault } from "../values/arithmetic.ts";
import { unmark } from "../values/marks.ts";
import { STRING, typeName } from "../values/type.ts";
import { objectValue, UNKNOWN, type Value } from "../values/value.ts";
import type { AttributeContent, BlockContent, BlockSchema, Body, BodyContent, BodySchema, Content } from "./body.ts";

type Iterators = ReadonlyMap<string, Value>;
const NO_ITERATORS: Iterators = new Map();

const DYNAMIC: BlockSchema = { type: "dynamic", labels: ["type"] };
const DYNAMIC_SCHEMA: BodySchema = {
  attributes: [{ name: "for_each", required: true }, { name: "iterator" }, { name: "labels" }],
  blocks: [{ type: "content" }],
};

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
      if (wanted) blocks.push(...this.generate(block, wanted, diagnostics));
      else if (!partial && !this.taken.has(type)) {
        const detail = `Blocks of type "${type}" are not expected here.`;
        const subject = rangeOf(block.labelSpans[0] ?? block.span);
        diagnostics.push(problem("hcl/unsupported-block", "Unsupported block type", { detail, subject }));
      }
    }
    return { content: { attributes: this.bound(content.attributes), blocks }, diagnostics };
  }

  private generate(block: BlockContent, schema: BlockSchema, diagnostics: Diagnostic[]): BlockContent[] {
    const report = (code: `hcl/${string}`, summary: string, detail: string, subject: Span): BlockContent[] => {
      diagnostics.push(problem(code, summary, { detail, subject: rangeOf(subject) }));
      return [];
    };
    const before = diagnostics.length;
    const read = block.body.content(DYNAMIC_SCHEMA);
    append(diagnostics, read.diagnostics);
    const each = read.content.attributes.get("for_each");
    const [template, second] = read.content.blocks;
    if (!template) {
      const detail =
        'A dynamic block must have a nested block of type "content" to describe the body of each generated block.';
      return report("hcl/missing-content", "Missing dynamic content block", detail, block.body.missing);
    }
    if (second) {
      const detail = "Only one nested content block is allowed for each dynamic block.";
      return report("hcl/extra-content", "Extraneous dynamic content block", detail, second.span);
    }
    if (!each || diagnostics.length > before) return [];
    const iterator = this.iteratorName(read.content.attributes.get("iterator"), schema.type);
    if (iterator === undefined) {
      const detail = "Dynamic iterator must be a single variable name.";
      return report(
        "hcl/invalid-iterator",
        "Invalid dynamic iterator name",
        detail,
        read.content.attributes.get("iterator") ?? block.span,
      );
    }
    const evaluated = evaluate(this.bind(each.expression), this.scope);
    if (evaluated.diagnostics.length > 0) {
      append(diagnostics, evaluated.diagnostics);
      return [];
    }
    const collection = unmark(evaluated.value);
    const invalid = (detail: string): BlockContent[] =>
      report("hcl/invalid-for-each", "Invalid dynamic for_each value", detail, each.expression);
    if (collection.isNull) return invalid("Cannot use a null value in for_each.");
    if (collection.type.kind !== "dynamic" && !isIterable(collection)) {
      return invalid(
        `Cannot use a ${typeName(collection.type)} value in for_each. An iterable collection is required.`,
      );
    }
    const pairs = collection.isKnown ? elements(collection) : [[UNKNOWN, UNKNOWN] as const];
    const labels = read.content.attributes.get("labels");
    const made: BlockContent[] = [];
    for (const [key, value] of pairs) {
      const iterators = new Map([...this.iterators, [iterator, objectValue({ key, value })]]);
      const body = new DynamicBody(template.body, this.scope, iterators, new Set());
      const texts = this.labels(labels, schema, body, block, diagnostics);
      if (!texts) return made;
      const labelSpans = texts.map(() => labels?.expression ?? block.span);
      const typeSpan = block.labelSpans[0] ?? block.typeSpan;
      made.push({ type: schema.type, labels: texts, body, span: block.span, typeSpan, labelSpans });
    }
    return made;
  }

  private iteratorName(attribute: AttributeContent | undefined, fallback: string): string | undefined {
    let expression = attribute?.expression;
    // A body that was expanded before has its iterators bound around every expression.
    while (expression?.kind === "bound") expression = expression.expression;
    if (!expression) return fallback;
    if (expression.kind === "reference" && expression.steps.length === 0) return expression.root;
    if (expression.kind === "json" && expression.node.type === "string") {
      const inner = parseExpressionText(expression.node.text, expression.source.file).result;
      if (inner.kind === "reference" && inner.steps.length === 0) return inner.root;
    }
    return undefined;
  }

  /** The labels of one generated block; undefined after an error. */
  private labels(
    attribute: AttributeContent | undefined,
    schema: BlockSchema,
    body: DynamicBody,
    block: BlockContent,
    diagnostics: Diagnostic[],
  ): readonly string[] | undefined {
    const wanted = schema.labels?.length ?? 0;
    const say = (summary: string, detail: string, subject: Span): undefined => {
      diagnostics.push(problem("hcl/dynamic-labels", summary, { detail, subject: rangeOf(subject) }));
      return undefined;
    };
    const needs = `Blocks of type "${schema.type}" require ${wanted} label(s).`;
    if (!attribute) {
      return wanted === 0 ? [] : say("Insufficient dynamic block labels", needs, block.span);
    }
    const given = evaluate(body.bind(attribute.expression), this.scope);
    if (given.diagnostics.length > 0) {
      append(diagnostics, given.diagnostics);
      return undefined;
    }
    const { items } = given.value;
    if (items.length > wanted) return say("Extraneous dynamic block label", needs, attribute.expression);
    if (items.length < wanted) return say("Insufficient dynamic block labels", needs, attribute.expression);
    const texts: string[] = [];
    for (const item of items) {
      const text = convert(unmark(item), STRING);
      const summary = "Invalid dynamic block label";
      if (text instanceof Fault)
        return say(summary, `Cannot use this value as a dynamic block label: ${text.message}.`, attribute.expression);
      if (text.isNull) return say(summary, "Cannot use a null value as a dynamic block label.", attribute.expression);
      if (!text.isKnown) {
        const detail = "This value is not yet known. Dynamic block labels must be immediately-known values.";
        return say(summary, detail, attribute.expression);
      }
      texts.push(text.text);
    }
    return texts;
  }
}

function withDynamic(schema: BodySchema): BodySchema {
  const blocks = schema.blocks ?? [];
  return blocks.some((b) => b.type === "dynamic") ? schema : { ...schema, blocks: [...blocks, DYNAMIC] };
}
