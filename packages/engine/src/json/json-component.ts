import {
  type Body,
  type Checked,
  type ComponentBlock,
  type Diagnostic,
  type EvalScope,
  type MetaArguments,
  type SourceRange,
  verdict,
} from "@kiln/sdk";
import { problemAt } from "./diagnose.ts";
import { JsonBody } from "./json-body.ts";
import type { JsonNode, ObjectNode } from "./node.ts";
import { renderNode } from "./render.ts";
import type { SourceText } from "./source-text.ts";
import { notAMap, quote } from "./weak.ts";

/** A builder's name where somebody refers to it. */
export interface NameUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}
/** What the engine acts on, as read: shapes are checked, nothing is rendered. */
export interface RawMeta {
  readonly only?: readonly NameUse[];
  readonly except?: readonly NameUse[];
  readonly override?: readonly { readonly use: NameUse; readonly node: JsonNode }[];
  readonly pauseBeforeMs?: number;
  readonly timeoutMs?: number;
  readonly maxRetries?: { readonly text: string; readonly node: JsonNode };
  readonly keepInputArtifact?: boolean;
}
export interface JsonComponentParts {
  /** How Packer's messages call it: `provisioner 2`, `post-processor 1.1`. */
  readonly label: string;
  readonly type: string;
  readonly name: string;
  readonly source: SourceText;
  /** The whole element; a string for the short form of a post-processor. */
  readonly node: JsonNode;
  readonly typeNode: JsonNode;
  readonly nameNode?: JsonNode;
  /** Members that are the engine's and not the component's. */
  readonly metaKeys: ReadonlySet<string>;
  readonly meta: RawMeta;
}

/** A builder, provisioner or post-processor of a JSON template. */
export class JsonComponent implements ComponentBlock {
  readonly parts: JsonComponentParts;
  readonly type: string;
  readonly name: string;
  /** Interpolated builder names by raw name, once they are known. */
  private readonly builderNames: ReadonlyMap<string, string>;

  constructor(parts: JsonComponentParts, name = parts.name, builderNames: ReadonlyMap<string, string> = new Map()) {
    this.parts = parts;
    this.type = parts.type;
    this.name = name;
    this.builderNames = builderNames;
  }

  get body(): Body {
    const { source, node, metaKeys } = this.parts;
    return new JsonBody(source, node, [node.kind === "object" ? withoutMembers(node, metaKeys) : emptyAt(node)]);
  }

  get range(): SourceRange {
    return this.parts.source.range(this.parts.node.start, this.parts.node.end);
  }

  get typeRange(): SourceRange {
    return this.parts.source.range(this.parts.typeNode.start, this.parts.typeNode.end);
  }

  /** The same once builder names are known: `only`, `except` and `override` then speak of those. */
  named(name: string, builderNames: ReadonlyMap<string, string>): JsonComponent {
    return new JsonComponent(this.parts, name, builderNames);
  }

  async meta(scope: EvalScope): Promise<Checked<MetaArguments>> {
    const { only, except, override, pauseBeforeMs, timeoutMs, maxRetries, keepInputArtifact } = this.parts.meta;
    const found: Diagnostic[] = [];
    const names = (uses: readonly NameUse[]): readonly string[] => uses.map((use) => this.builderName(use));
    const bodies = override && this.overrideBodies(override, found);
    const retries = maxRetries && this.retries(maxRetries, scope, found);
    const meta: MetaArguments = {
      ...(only && only.length > 0 && { only: names(only) }),
      ...(except && except.length > 0 && { except: names(except) }),
      ...(bodies && { override: bodies }),
      ...(pauseBeforeMs !== undefined && { pauseBeforeMs }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(retries !== undefined && { maxRetries: retries }),
      ...(keepInputArtifact !== undefined && { keepInputArtifact }),
    };
    return verdict(meta, found);
  }

  private builderName(use: NameUse): string {
    return this.builderNames.get(use.name) ?? use.name;
  }

  private overrideBodies(overrides: NonNullable<RawMeta["override"]>, found: Diagnostic[]): ReadonlyMap<string, Body> {
    const { source, label } = this.parts;
    const bodies = new Map<string, Body>();
    for (const { use, node } of overrides) {
      if (node.kind === "object") bodies.set(this.builderName(use), new JsonBody(source, node, [node]));
      else
        found.push(
          problemAt(
            source,
            node,
            "template/wrong-type",
            `${label}: override ${quote(use.name)}: ${notAMap(node, "").refusal}`,
          ),
        );
    }
    return bodies;
  }

  private retries(
    given: NonNullable<RawMeta["maxRetries"]>,
    scope: EvalScope,
    found: Diagnostic[],
  ): number | undefined {
    const { source } = this.parts;
    const rendered = given.node.kind === "string" ? renderNode(given.node, source, "max_retries", scope) : undefined;
    if (rendered) found.push(...rendered.diagnostics);
    const text = rendered ? rendered.text : given.text;
    if (text === undefined || text === "") return undefined;
    if (/^[+-]?\d+$/.test(text)) return Number(text);
    found.push(
      problemAt(
        source,
        given.node,
        "template/bad-number",
        `\`max_retries\` must be a valid integer: strconv.Atoi: parsing ${quote(text)}: invalid syntax`,
      ),
    );
    return undefined;
  }
}

function withoutMembers(node: ObjectNode, names: ReadonlySet<string>): ObjectNode {
  return { ...node, members: node.members.filter((member) => !names.has(member.key)) };
}

function emptyAt(node: JsonNode): ObjectNode {
  return { kind: "object", start: node.start, end: node.end, members: [] };
}
