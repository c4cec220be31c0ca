import {
  type AttributeContent,
  type BlockContent,
  type Body as HclSyntaxBody,
  listOf,
  NUMBER,
  rangeOf,
  type Span,
  STRING,
  type Type,
  type Value,
} from "@kiln/hcl";
import {
  type Body,
  type Checked,
  type ComponentBlock,
  checked,
  type Diagnostic,
  type EvalScope,
  type MetaArguments,
  parseGoDuration,
  problem,
  type SourceRange,
  verdict,
} from "@kiln/sdk";
import { durationRefusal } from "../../json/weak.ts";
import { attributeIn } from "../body/content.ts";
import { HclBody, overrideBody } from "../body/hcl-body.ts";
import { argumentIn, settled, unsuitable } from "../evaluation.ts";
import { HclScope } from "../hcl-scope.ts";
import type { HclData } from "../hcl-template.ts";
import { isOpen, plainOf } from "../values/to-plain.ts";

/** Attributes of a provisioner's block that are the engine's. */
export const provisionerMeta: ReadonlySet<string> = new Set([
  "name",
  "pause_before",
  "timeout",
  "max_retries",
  "continue_on_error",
  "only",
  "except",
  "override",
]);
/** The same of a post-processor. */
export const postProcessorMeta: ReadonlySet<string> = new Set(["name", "only", "except", "keep_input_artifact"]);

/** Attributes of a `source` block inside a build that are not options of the builder. */
const useMeta: ReadonlySet<string> = new Set(["name"]);

export interface HclComponentParts {
  readonly type: string;
  readonly name: string;
  /** The name that a build gives a source it uses. */
  readonly localName?: string;
  readonly typeSpan: Span;
  readonly span: Span;
  readonly bodies: readonly HclSyntaxBody[];
  readonly meta?: ReadonlySet<string>;
}

/** A source as a build uses it, a provisioner, a post-processor or a data source. */
export class HclComponent implements ComponentBlock {
  readonly parts: HclComponentParts;
  readonly type: string;
  readonly name: string;
  readonly localName?: string;

  constructor(parts: HclComponentParts) {
    this.parts = parts;
    this.type = parts.type;
    this.name = parts.name;
    if (parts.localName !== undefined) this.localName = parts.localName;
  }

  get body(): Body {
    const { span, bodies, meta } = this.parts;
    return new HclBody({ span, bodies, ...(meta && { reserved: meta }) });
  }

  get range(): SourceRange {
    return rangeOf(this.parts.span);
  }

  get typeRange(): SourceRange {
    return rangeOf(this.parts.typeSpan);
  }

  async meta(scope: EvalScope): Promise<Checked<MetaArguments>> {
    const { meta: names, bodies } = this.parts;
    if (!names) return checked({});
    if (!(scope instanceof HclScope)) throw new TypeError("an HCL2 block was given the scope of another syntax");
    return settled(() => {
      const reader = new MetaReader(scope, bodies, names);
      return verdict(reader.read(), reader.found);
    });
  }
}

class MetaReader {
  readonly found: Diagnostic[] = [];
  private readonly scope: HclScope;
  private readonly bodies: readonly HclSyntaxBody[];
  private readonly names: ReadonlySet<string>;

  constructor(scope: HclScope, bodies: readonly HclSyntaxBody[], names: ReadonlySet<string>) {
    this.scope = scope;
    this.bodies = bodies;
    this.names = names;
  }

  read(): MetaArguments {
    const only = this.texts("only");
    const except = this.texts("except");
    if (only && except) this.refuseBoth();
    const override = this.override();
    const pauseBeforeMs = this.duration("pause_before");
    const timeoutMs = this.duration("timeout");
    const maxRetries = this.retries();
    const continueOnError = this.flag("continue_on_error");
    const keepInputArtifact = this.flag("keep_input_artifact");
    return {
      ...(only && { only }),
      ...(except && { except }),
      ...(override && { override }),
      ...(pauseBeforeMs !== undefined && { pauseBeforeMs }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(maxRetries !== undefined && { maxRetries }),
      ...(continueOnError !== undefined && { continueOnError }),
      ...(keepInputArtifact !== undefined && { keepInputArtifact }),
    };
  }

  private attribute(name: string): AttributeContent | undefined {
    if (!this.names.has(name)) return undefined;
    for (const body of this.bodies) {
      const attribute = attributeIn(body, name);
      if (attribute) return attribute;
    }
    return undefined;
  }

  private value(name: string, type: Type): { readonly value: Value; readonly attribute: AttributeContent } | undefined {
    const attribute = this.attribute(name);
    const value = attribute && argumentIn(attribute, type, this.scope.values, this.found);
    return attribute && value && !value.isNull ? { value, attribute } : undefined;
  }

  private plain(name: string, type: Type): unknown {
    const given = this.value(name, type);
    return given && !isOpen(given.value) ? plainOf(given.value) : undefined;
  }

  private refuseBoth(): void {
    const at = this.attribute("except")?.expression;
    const detail = "One names the sources it is for, the other those it is not for.";
    const summary = "only one of 'only' or 'except' may be specified";
    this.found.push(problem("template/only-and-except", summary, { detail, subject: at && rangeOf(at) }));
  }

  private texts(name: string): readonly string[] | undefined {
    const plain = this.plain(name, listOf(STRING));
    return Array.isArray(plain) && plain.length > 0 ? plain.map(String) : undefined;
  }

  private flag(name: string): boolean | undefined {
    const plain = this.plain(name, { kind: "bool" });
    return typeof plain === "boolean" ? plain : undefined;
  }

  private retries(): number | undefined {
    const given = this.value("max_retries", NUMBER);
    if (!given || isOpen(given.value)) return undefined;
    const count = plainOf(given.value);
    if (Number.isSafeInteger(count)) return Number(count);
    this.found.push(unsuitable(given.attribute, "value must be a whole number"));
    return undefined;
  }

  private duration(name: "pause_before" | "timeout"): number | undefined {
    const given = this.value(name, STRING);
    if (!given || isOpen(given.value) || given.value.text === "") return undefined;
    const { text } = given.value;
    const nanoseconds = parseGoDuration(text);
    if (nanoseconds !== undefined) return Number(nanoseconds) / 1e6;
    this.found.push(
      problem("config/bad-duration", `Failed to parse ${name} duration`, {
        detail: durationRefusal(text, name),
        subject: rangeOf(given.attribute.expression),
      }),
    );
    return undefined;
  }

  private override(): ReadonlyMap<string, Body> | undefined {
    const given = this.value("override", { kind: "dynamic" });
    if (!given) return undefined;
    const { value, attribute } = given;
    const refuse = (): undefined => {
      const summary = "provisioner's override block must be an HCL object";
      const detail = 'Write it as override = { "SOURCE NAME" = { option = value } }.';
      this.found.push(problem("config/bad-override", summary, { detail, subject: rangeOf(attribute.expression) }));
      return undefined;
    };
    if (value.type.kind !== "object" && value.type.kind !== "map") return refuse();
    const bodies = new Map<string, Body>();
    for (const [name, options] of value.entries) {
      if (options.type.kind !== "object" && options.type.kind !== "map") return refuse();
      bodies.set(name, overrideBody(options, attribute.expression));
    }
    return bodies;
  }
}

/** A source as declared, before any build uses it. */
export function sourceComponent(block: BlockContent): HclComponent {
  const [type = "", name = ""] = block.labels;
  return new HclComponent({
    type,
    name,
    typeSpan: block.labelSpans[0] ?? block.typeSpan,
    span: block.span,
    bodies: [block.body],
  });
}

export function dataComponent({ type, name, block }: HclData): HclComponent {
  return new HclComponent({
    type,
    name,
    typeSpan: block.labelSpans[0] ?? block.typeSpan,
    span: block.span,
    bodies: [block.body],
  });
}

/** A provisioner or post-processor of a build. `name` is empty where the block has none. */
export function stepComponent(block: BlockContent, name: string, meta: ReadonlySet<string>): HclComponent {
  const [type = ""] = block.labels;
  const typeSpan = block.labelSpans[0] ?? block.typeSpan;
  return new HclComponent({ type, name, typeSpan, span: block.span, bodies: [block.body], meta });
}

/** A source as a build uses it; `block` adds to its options and may name it. */
export function sourceUse(
  source: BlockContent,
  localName: string | undefined,
  block: BlockContent | undefined,
): HclComponent {
  const [type = "", name = ""] = source.labels;
  return new HclComponent({
    type,
    name,
    ...(localName !== undefined && { localName }),
    typeSpan: source.labelSpans[0] ?? source.typeSpan,
    span: source.span,
    bodies: [source.body, ...(block ? [block.body] : [])],
    ...(block && { meta: useMeta }),
  });
}
