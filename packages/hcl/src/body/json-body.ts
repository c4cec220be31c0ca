import { append, type Diagnostic, goQuote, problem } from "@kiln/sdk";
import { startOf } from "../json/parse-json.ts";
import { didYouMean, nearest } from "../suggestion.ts";
import { between, type JsonMember, type JsonNode, rangeOf, type Span } from "../syntax/ast.ts";
import { rangeText } from "../syntax/range-text.ts";
import type { AttributeContent, BlockContent, Body, BodySchema, Content } from "./body.ts";
import { missingArgument } from "./native-body.ts";

/** A body of the JSON syntax: an object, or an array of objects that count as one. */
export class JsonSyntaxBody implements Body {
  readonly node: JsonNode;
  private readonly hidden: ReadonlySet<string>;

  constructor(node: JsonNode, hidden: ReadonlySet<string> = new Set()) {
    this.node = node;
    this.hidden = hidden;
  }

  get missing(): Span {
    return this.node.type === "object" ? this.node.close : startOf(this.node);
  }

  partial(schema: BodySchema): Content & { readonly rest: Body } {
    const diagnostics: Diagnostic[] = [];
    const wanted = new Set((schema.attributes ?? []).map((a) => a.name));
    const blockLabels = new Map((schema.blocks ?? []).map((b) => [b.type, b.labels ?? []]));
    const attributes = new Map<string, AttributeContent>();
    const blocks: BlockContent[] = [];
    for (const member of members(this.node, undefined, diagnostics)) {
      if (this.hidden.has(member.name)) continue;
      const labels = blockLabels.get(member.name);
      if (wanted.has(member.name)) {
        const earlier = attributes.get(member.name);
        if (earlier) diagnostics.push(duplicate("Duplicate argument", member, earlier));
        else attributes.set(member.name, asAttribute(member));
      } else if (labels) unpack(member.value, { member, left: labels, labels: [], spans: [] }, blocks, diagnostics);
    }
    for (const { name, required } of schema.attributes ?? []) {
      if (required === true && !attributes.has(name)) diagnostics.push(missingArgument(name, this.missing));
    }
    const hidden = new Set([...this.hidden, ...wanted, ...blockLabels.keys()]);
    return { content: { attributes, blocks }, diagnostics, rest: new JsonSyntaxBody(this.node, hidden) };
  }

  content(schema: BodySchema): Content {
    const { content, diagnostics } = this.partial(schema);
    const found = [...diagnostics];
    const known = new Set([
      ...(schema.attributes ?? []).map((a) => a.name),
      ...(schema.blocks ?? []).map((b) => b.type),
    ]);
    // Like HCL, which looks a second time here, says twice which items of an array at the root are no objects.
    for (const member of members(this.node, undefined, found)) {
      // "//" holds a comment.
      if (member.name === "//" || this.hidden.has(member.name) || known.has(member.name)) continue;
      const near = nearest(member.name, known);
      const detail = `No argument or block type is named ${goQuote(member.name)}.${didYouMean(near)}`;
      const context = rangeOf(between(member.nameSpan, member.value));
      const subject = rangeOf(member.nameSpan);
      found.push(problem("hcl/unsupported-argument", "Extraneous JSON object property", { detail, subject, context }));
    }
    return { content, diagnostics: found };
  }

  attributes(): ReturnType<Body["attributes"]> {
    const diagnostics: Diagnostic[] = [];
    const attributes = new Map<string, AttributeContent>();
    if (this.node.type !== "object") {
      const detail = "A JSON object is required here, setting the arguments for this block.";
      diagnostics.push(wrongType(detail, this.node));
      return { attributes, diagnostics };
    }
    for (const member of this.node.members) {
      if (member.name === "//" || this.hidden.has(member.name)) continue;
      const earlier = attributes.get(member.name);
      if (earlier) diagnostics.push(duplicate("Duplicate attribute definition", member, earlier));
      else attributes.set(member.name, asAttribute(member));
    }
    return { attributes, diagnostics };
  }
}

function wrongType(detail: string, node: JsonNode): Diagnostic {
  return problem("hcl/json-type", "Incorrect JSON value type", { detail, subject: rangeOf(startOf(node)) });
}

function duplicate(summary: string, { name, nameSpan, value }: JsonMember, earlier: Span): Diagnostic {
  return problem("hcl/duplicate-attribute", summary, {
    detail: `The argument ${goQuote(name)} was already set at ${rangeText(rangeOf(earlier))}.`,
    subject: rangeOf(nameSpan),
    context: rangeOf(between(nameSpan, value)),
  });
}

function asAttribute({ name, nameSpan, value }: JsonMember): AttributeContent {
  const { source, start, end } = value;
  return {
    name,
    nameSpan,
    expression: { kind: "json", node: value, source, start, end },
    ...between(nameSpan, value),
  };
}

/** The members of an object or of all objects in an array; `label` is what their names stand for, if for labels. */
function members(node: JsonNode, label: string | undefined, diagnostics: Diagnostic[]): readonly JsonMember[] {
  const purpose =
    label === undefined ? "to define arguments and child blocks" : `to specify ${label} labels for this block`;
  if (node.type === "object") return node.members;
  if (node.type === "literal" && node.value.isNull) return [];
  if (node.type !== "array") {
    diagnostics.push(wrongType(`Either a JSON object or JSON array of objects is required here, ${purpose}.`, node));
    return [];
  }
  const found: JsonMember[] = [];
  for (const item of node.items) {
    if (item.type === "object") append(found, item.members);
    else diagnostics.push(wrongType(`A JSON object is required here, ${purpose}.`, item));
  }
  return found;
}

interface Unpacking {
  readonly member: JsonMember;
  readonly left: readonly string[];
  readonly labels: readonly string[];
  readonly spans: readonly Span[];
}

/** Blocks nest one object per label, innermost the body or an array of bodies. */
function unpack(node: JsonNode, at: Unpacking, blocks: BlockContent[], diagnostics: Diagnostic[]): void {
  const { member, left, labels, spans } = at;
  const [label, ...rest] = left;
  if (label !== undefined) {
    const inner = members(node, label, diagnostics);
    if (inner.length === 0) {
      const detail = `At least one object property is required, whose name represents the ${member.name} block's ${label}.`;
      const subject = rangeOf(startOf(node));
      diagnostics.push(problem("hcl/missing-label", "Missing block label", { detail, subject }));
    }
    for (const { name, nameSpan, value } of inner) {
      unpack(
        value,
        { member, left: rest, labels: [...labels, name], spans: [...spans, nameSpan] },
        blocks,
        diagnostics,
      );
    }
    return;
  }
  const made = (body: JsonNode, open: Span): BlockContent => ({
    type: member.name,
    labels,
    body: new JsonSyntaxBody(body),
    span: open,
    typeSpan: member.nameSpan,
    labelSpans: spans,
  });
  if (node.type === "object") blocks.push(made(node, node.open));
  else if (node.type === "array") for (const item of node.items) blocks.push(made(item, node.open));
  else if (!(node.type === "literal" && node.value.isNull)) {
    const detail = `Either a JSON object or a JSON array is required, representing the contents of one or more "${member.name}" blocks.`;
    diagnostics.push(wrongType(detail, node));
  }
}
