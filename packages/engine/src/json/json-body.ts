import type { Body, Checked, ConfigOf, Decoded, DecodeOptions, EvalScope, Schema, SourceRange } from "@kiln/sdk";
import { verdict } from "@kiln/sdk";
import { Decoder } from "./decoder.ts";
import { foldedMember } from "./fields.ts";
import type { JsonNode, ObjectNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";

/** A component's options in JSON: one object, and those laid over it by `override`, the strongest last. */
export class JsonBody implements Body {
  private readonly source: SourceText;
  private readonly element: { readonly start: number; readonly end: number };
  private readonly layers: readonly ObjectNode[];

  constructor(
    source: SourceText,
    element: { readonly start: number; readonly end: number },
    layers: readonly ObjectNode[],
  ) {
    this.source = source;
    this.element = element;
    this.layers = layers;
  }

  get range(): SourceRange {
    return this.source.range(this.element.start, this.element.end);
  }

  async decode<S extends Schema>(
    schema: S,
    scope: EvalScope,
    options: DecodeOptions = {},
  ): Promise<Checked<Decoded<ConfigOf<S>>>> {
    const decoder = new Decoder(this.source, scope, options.functions ?? {}, this.element);
    const config = decoder.object(schema, this.layers, "", undefined) as ConfigOf<S>;
    const decoded: Decoded<ConfigOf<S>> = {
      config,
      at: (...path) => this.at(path),
      late: decoder.late,
      secrets: decoder.secrets,
    };
    return verdict(decoded, decoder.found);
  }

  overlay(other: Body): Body {
    if (!(other instanceof JsonBody)) throw new TypeError("a JSON body was laid under one of another syntax");
    return new JsonBody(this.source, this.element, [...this.layers, ...other.layers]);
  }

  private at(path: readonly (string | number)[]): SourceRange {
    for (const layer of this.layers.toReversed()) {
      const node = walk(layer, path);
      if (node) return this.source.range(node.start, node.end);
    }
    return this.range;
  }
}

/** The node at a path; index 0 of something that is no list is the thing itself, as weak decoding has it. */
function walk(root: JsonNode, path: readonly (string | number)[]): JsonNode | undefined {
  let node: JsonNode | undefined = root;
  for (const step of path) {
    if (!node) return undefined;
    if (typeof step === "number") node = node.kind === "array" ? node.items[step] : step === 0 ? node : undefined;
    else node = node.kind === "object" ? foldedMember(node, step)?.value : undefined;
  }
  return node;
}
