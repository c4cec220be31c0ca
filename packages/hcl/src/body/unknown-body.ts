import type { Span } from "../syntax/ast.ts";
import { UNKNOWN } from "../values/value.ts";
import type { AttributeContent, Body, BodyContent, BodySchema, Content } from "./body.ts";

/** A body whose structure is known and none of its values: one block stands for those of an unknown collection. */
export class UnknownBody implements Body {
  private readonly inner: Body;

  constructor(inner: Body) {
    this.inner = inner;
  }

  get missing(): Span {
    return this.inner.missing;
  }

  content(schema: BodySchema): Content {
    const { content, diagnostics } = this.inner.content(schema);
    return { content: unknownContent(content), diagnostics };
  }

  partial(schema: BodySchema): Content & { readonly rest: Body } {
    const { content, diagnostics, rest } = this.inner.partial(schema);
    return { content: unknownContent(content), diagnostics, rest: new UnknownBody(rest) };
  }

  attributes(): ReturnType<Body["attributes"]> {
    const { attributes, diagnostics } = this.inner.attributes();
    return { attributes: unknownAttributes(attributes), diagnostics };
  }
}

function unknownContent({ attributes, blocks }: BodyContent): BodyContent {
  return {
    attributes: unknownAttributes(attributes),
    blocks: blocks.map((block) => ({ ...block, body: new UnknownBody(block.body) })),
  };
}

function unknownAttributes(attributes: ReadonlyMap<string, AttributeContent>): ReadonlyMap<string, AttributeContent> {
  return new Map(
    [...attributes].map(([name, attribute]) => {
      const { source, start, end } = attribute.expression;
      return [name, { ...attribute, expression: { kind: "literal", value: UNKNOWN, source, start, end } }];
    }),
  );
}
