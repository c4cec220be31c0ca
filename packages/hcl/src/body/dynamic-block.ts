import { append, type Diagnostic, problem } from "@kiln/sdk";
import { convert } from "../convert/convert.ts";
import { evaluate } from "../eval/evaluate.ts";
import { isIterable } from "../eval/for.ts";
import type { Scope } from "../eval/scope.ts";
import { startSpan } from "../eval/start-span.ts";
import type { Expression, Span } from "../syntax/ast.ts";
import { rangeOf } from "../syntax/ast.ts";
import { parseExpressionText } from "../syntax/parse.ts";
import { Fault } from "../values/arithmetic.ts";
import { unmark } from "../values/marks.ts";
import { STRING, typeName } from "../values/type.ts";
import type { Value } from "../values/value.ts";
import type { BlockContent, BlockSchema, Body, BodySchema } from "./body.ts";

/** What a `dynamic` block says: the elements to repeat `content` for, their name inside, and the labels of each block. */
export interface DynamicBlock {
  readonly collection: Value;
  readonly iterator: string;
  readonly labels: readonly Expression[];
  readonly content: Body;
}

interface Read {
  readonly spec?: DynamicBlock;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a `dynamic` block that generates blocks of `schema`; like HCL, its first mistake hides those behind it. */
export function readDynamicBlock(block: BlockContent, schema: BlockSchema, scope: Scope): Read {
  const { content, diagnostics } = block.body.content(dynamicSchema(schema));
  const each = content.attributes.get("for_each");
  if (!each || diagnostics.length > 0) return { diagnostics };
  const iterator = iteratorName(content.attributes.get("iterator")?.expression, schema.type);
  if (typeof iterator !== "string") return { diagnostics: [iterator] };
  const evaluated = evaluate(each.expression, scope);
  if (evaluated.diagnostics.length > 0) return { diagnostics: evaluated.diagnostics };
  const collection = unmark(evaluated.value);
  const wrong = wrongCollection(collection, each.expression);
  if (wrong) return { diagnostics: [wrong] };
  const labels = labelExpressions(content.attributes.get("labels")?.expression, schema);
  if ("severity" in labels) return { diagnostics: [labels] };
  const [template, second] = content.blocks;
  if (!template) {
    const detail =
      'A dynamic block must have a nested block of type "content" to describe the body of each generated block.';
    return { diagnostics: [failure("missing-content", "Missing dynamic content block", detail, block.body.missing)] };
  }
  if (second) {
    const detail = "Only one nested content block is allowed for each dynamic block.";
    return { diagnostics: [failure("extra-content", "Extraneous dynamic content block", detail, second.span)] };
  }
  return { spec: { collection, iterator, labels, content: template.body }, diagnostics: [] };
}

/** The labels of one generated block, with its iterator in `scope`; undefined after an error. */
export function dynamicLabels(
  expressions: readonly Expression[],
  scope: Scope,
  diagnostics: Diagnostic[],
): readonly string[] | undefined {
  const labels: string[] = [];
  for (const expression of expressions) {
    const given = evaluate(expression, scope);
    append(diagnostics, given.diagnostics);
    if (given.diagnostics.length > 0) return undefined;
    const text = convert(unmark(given.value), STRING);
    const why = wrongLabel(text);
    if (text instanceof Fault || why !== undefined) {
      diagnostics.push(failure("dynamic-labels", "Invalid dynamic block label", why ?? "", expression));
      return undefined;
    }
    labels.push(text.text);
  }
  return labels;
}

function dynamicSchema({ labels = [] }: BlockSchema): BodySchema {
  return {
    attributes: [
      { name: "for_each", required: true },
      { name: "iterator" },
      ...(labels.length > 0 ? [{ name: "labels", required: true }] : []),
    ],
    blocks: [{ type: "content" }],
  };
}

function failure(code: string, summary: string, detail: string, subject: Span): Diagnostic {
  return problem(`hcl/${code}`, summary, { detail, subject: rangeOf(subject) });
}

function wrongCollection(collection: Value, expression: Expression): Diagnostic | undefined {
  const { type } = collection;
  const invalid = (detail: string): Diagnostic =>
    failure("invalid-for-each", "Invalid dynamic for_each value", detail, expression);
  if (type.kind !== "dynamic" && !isIterable(collection)) {
    return invalid(`Cannot use a ${typeName(type)} value in for_each. An iterable collection is required.`);
  }
  return collection.isNull ? invalid("Cannot use a null value in for_each.") : undefined;
}

function wrongLabel(text: Value | Fault): string | undefined {
  if (text instanceof Fault) return `Cannot use this value as a dynamic block label: ${text.message}.`;
  if (text.isNull) return "Cannot use a null value as a dynamic block label.";
  if (text.isKnown) return undefined;
  return "This value is not yet known. Dynamic block labels must be immediately-known values.";
}

/** A body that was expanded before has its iterators bound around every expression. */
function withoutIterators(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === "bound") inner = inner.expression;
  return inner;
}

function iteratorName(given: Expression | undefined, fallback: string): string | Diagnostic {
  if (!given) return fallback;
  const expression = withoutIterators(given);
  const written =
    expression.kind === "json" && expression.node.type === "string"
      ? parseExpressionText(expression.node.text, expression.source.file).result
      : expression;
  if (written.kind !== "reference") {
    const detail =
      "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
    return failure("invalid-iterator", "Invalid expression", detail, expression);
  }
  if (written.steps.length === 0) return written.root;
  const detail = "Dynamic iterator must be a single variable name.";
  return failure("invalid-iterator", "Invalid dynamic iterator name", detail, expression);
}

function labelExpressions(given: Expression | undefined, schema: BlockSchema): readonly Expression[] | Diagnostic {
  if (!given) return [];
  const list = staticList(given);
  if (!list) {
    const subject = startSpan(withoutIterators(given));
    return failure("dynamic-labels", "Invalid expression", "A static list expression is required.", subject);
  }
  const wanted = schema.labels?.length ?? 0;
  const detail = `Blocks of type "${schema.type}" require ${wanted} label(s).`;
  const extra = list[wanted];
  if (extra) return failure("dynamic-labels", "Extraneous dynamic block label", detail, extra);
  if (list.length === wanted) return list;
  return failure("dynamic-labels", "Insufficient dynamic block labels", detail, given);
}

function staticList(given: Expression): readonly Expression[] | undefined {
  const expression = withoutIterators(given);
  if (expression.kind === "tuple") return expression.items;
  if (expression.kind !== "json" || expression.node.type !== "array") return undefined;
  return expression.node.items.map((node) => {
    const { source, start, end } = node;
    return { kind: "json", node, source, start, end };
  });
}
