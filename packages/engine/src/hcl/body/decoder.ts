import {
  type AttributeContent,
  type BlockContent,
  type Body,
  convert,
  type Expression,
  Fault,
  rangeOf,
  type Span,
  type Value,
} from "@kiln/hcl";
import {
  append,
  caution,
  type Diagnostic,
  type Field,
  nearestName,
  parseGoDuration,
  problem,
  type Schema,
  type TemplateFunctions,
} from "@kiln/sdk";
import { durationRefusal } from "../../json/weak.ts";
import { secretsIn } from "../../secret-text.ts";
import { valueIn } from "../evaluation.ts";
import type { HclScope } from "../hcl-scope.ts";
import { isOpen, plainOf, unknownText } from "../values/to-plain.ts";
import { attributesOf, contentOf } from "./content.ts";
import type { HclBodyParts } from "./hcl-body.ts";
import { Places } from "./places.ts";
import { TextRenderer } from "./render-text.ts";
import { bodySchema, typeOf } from "./types.ts";

/**
 * Decodes bodies against a schema as Packer does: HCL types are converted exactly, then every string is rendered as a Go template once.
 * Unknown values become placeholders, and the result is then `late`.
 */
export class Decoder {
  readonly found: Diagnostic[] = [];
  readonly secrets: string[] = [];
  readonly places = new Places();
  late = false;
  private readonly parts: HclBodyParts;
  private readonly scope: HclScope;
  private readonly text: TextRenderer;

  constructor(parts: HclBodyParts, scope: HclScope, functions: TemplateFunctions) {
    this.parts = parts;
    this.scope = scope;
    this.text = new TextRenderer(scope, functions, this.found);
  }

  decode(schema: Schema): Readonly<Record<string, unknown>> {
    const { bodies, reserved = new Set<string>(), overrides = [] } = this.parts;
    const config = this.object(schema, bodies, this.places, this.parts.span, reserved);
    for (const { value, span } of overrides) Object.assign(config, this.override(schema, value, span));
    this.complete(schema, config, this.parts.span);
    return config;
  }

  private object(
    schema: Schema,
    bodies: readonly Body[],
    places: Places,
    span: Span,
    reserved: ReadonlySet<string> = new Set(),
  ): Record<string, unknown> {
    const wanted = bodySchema(schema, reserved);
    const attributes = new Map<string, AttributeContent>();
    const blocks: BlockContent[] = [];
    for (const body of bodies) {
      const content = contentOf(body, wanted, this.found, this.scope.values);
      for (const [name, attribute] of content.attributes)
        if (!reserved.has(name)) this.merge(attributes, name, attribute);
      append(blocks, content.blocks);
    }
    const config: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(schema)) {
      const value =
        field.nesting === "block"
          ? this.nested(name, field, blocks, places)
          : this.given(name, field, attributes.get(name), places);
      if (value !== undefined) config[name] = value;
      if (field.sensitive) this.secrets.push(...secretsIn(value, field.lateTemplate === true));
    }
    if (span !== this.parts.span) this.complete(schema, config, span);
    return config;
  }

  private merge(attributes: Map<string, AttributeContent>, name: string, attribute: AttributeContent): void {
    const earlier = attributes.get(name);
    if (!earlier) {
      attributes.set(name, attribute);
      return;
    }
    const { file, start } = rangeOf(earlier.nameSpan);
    this.found.push(
      problem("config/duplicate-argument", "Duplicate argument", {
        detail: `Argument "${name}" was already set at ${file}:${start.line},${start.column}. A source block inside a build can add to the source it uses, but not change it.`,
        subject: rangeOf(attribute.nameSpan),
      }),
    );
  }

  private given(name: string, field: Field, attribute: AttributeContent | undefined, places: Places): unknown {
    if (!attribute) return undefined;
    this.deprecation(name, field, attribute.nameSpan);
    const { expression } = attribute;
    places.attributes.set(name, expression);
    const value = this.value(field, expression);
    if (!value || value.isNull) return undefined;
    return this.converted(name, field, value, expression);
  }

  private value(field: Field, expression: Expression): Value | undefined {
    const value = valueIn(expression, this.scope.values, this.found);
    if (!value || !isOpen(value)) return value;
    this.late = true;
    // Where a text will not do, such as for arithmetic, the value stays unknown.
    const assumed = valueIn(expression, this.scope.placeholders, []);
    return assumed && !(toType(field, assumed) instanceof Fault) ? assumed : value;
  }

  private converted(name: string, field: Field, value: Value, expression: Expression): unknown {
    const made = toType(field, value);
    if (made instanceof Fault) {
      this.found.push(
        problem("config/wrong-type", "Incorrect attribute value type", {
          detail: `Inappropriate value for attribute "${name}": ${made.message}.`,
          subject: rangeOf(expression),
        }),
      );
      return undefined;
    }
    if (isOpen(made)) this.late = true;
    return this.plain(name, field, plainOf(made), expression);
  }

  /** Plain data with its strings rendered, in the shape of the field. */
  private plain(name: string, field: Field, plain: unknown, at: Expression): unknown {
    if (plain === null || plain === undefined) return undefined;
    const rendered = this.text.deep(plain, name, field.lateTemplate === true, at);
    return this.shaped(name, field, rendered, at);
  }

  private shaped(name: string, field: Field, plain: unknown, at: Span): unknown {
    if (plain === undefined || plain === null) return undefined;
    if (field.type === "duration") return this.duration(name, String(plain), at);
    if (field.type === "list" && Array.isArray(plain)) {
      const { element, fields } = field;
      if (fields) return plain.map((item) => this.members(fields, item, at));
      return element ? plain.map((item) => this.shaped(name, element, item, at) ?? emptyOf(element)) : plain;
    }
    if (field.fields && typeof plain === "object") return this.members(field.fields, plain, at);
    if (field.type === "map" && field.element && typeof plain === "object") {
      const { element } = field;
      return Object.fromEntries(
        Object.entries(plain).map(([key, item]) => [key, this.shaped(name, element, item, at)]),
      );
    }
    return plain;
  }

  private members(fields: Schema, plain: unknown, at: Span): Record<string, unknown> {
    const given = (typeof plain === "object" && plain !== null ? plain : {}) as Readonly<Record<string, unknown>>;
    const config: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      const value = this.shaped(name, field, given[name], at);
      if (value !== undefined) config[name] = value;
    }
    this.complete(fields, config, at);
    return config;
  }

  private duration(name: string, text: string, at: Span): number | undefined {
    if (text === "" || text.includes(unknownText)) return undefined;
    const nanoseconds = parseGoDuration(text);
    if (nanoseconds !== undefined) return Number(nanoseconds) / 1e6;
    this.found.push(
      problem("config/bad-duration", durationRefusal(text, name), {
        detail: 'A duration is numbers with units, such as "90s", "1h5m" or "250ms".',
        subject: rangeOf(at),
      }),
    );
    return undefined;
  }

  private nested(name: string, field: Field, blocks: readonly BlockContent[], places: Places): unknown {
    const mine = blocks.filter((block) => block.type === name);
    const [first] = mine;
    if (!first) return undefined;
    this.deprecation(name, field, first.typeSpan);
    const made = mine.map((block) => this.block(field, block, places.addBlock(name, block.span)));
    if (field.type === "list") return made;
    const second = mine[1];
    if (second)
      this.found.push(
        problem("config/duplicate-block", `Duplicate ${name} block`, {
          detail: `Only one block of type "${name}" is allowed. Previous definition was at ${placeText(first.typeSpan)}.`,
          subject: rangeOf(second.typeSpan),
        }),
      );
    return made[0];
  }

  private block(field: Field, block: BlockContent, places: Places): unknown {
    if (field.fields) return this.object(field.fields, [block.body], places, block.span);
    // A block of free names.
    const config: Record<string, unknown> = {};
    for (const [name, attribute] of attributesOf(block.body, this.found)) {
      const value = this.given(name, field.element ?? freeField, attribute, places);
      if (value !== undefined) config[name] = value;
    }
    return config;
  }

  /** An override is plain data: Packer decodes it without the component's types. */
  private override(schema: Schema, value: Value, span: Span): Readonly<Record<string, unknown>> {
    const config: Record<string, unknown> = {};
    for (const [name, member] of value.entries) {
      const field = Object.hasOwn(schema, name) ? schema[name] : undefined;
      if (field) {
        const made = member.isNull ? undefined : this.converted(name, field, member, span as Expression);
        if (made !== undefined) config[name] = made;
        continue;
      }
      const near = nearestName(name, Object.keys(schema));
      this.found.push(
        problem("config/unknown-argument", `unknown configuration key: '"${name}"'`, {
          detail: near === undefined ? undefined : `Did you mean "${near}"?`,
          subject: rangeOf(span),
        }),
      );
    }
    return config;
  }

  private complete(schema: Schema, config: Record<string, unknown>, span: Span): void {
    for (const [name, field] of Object.entries(schema)) {
      if (config[name] !== undefined) continue;
      if (field.fallback !== undefined) config[name] = field.fallback;
      else if (field.required && !this.wasGiven(name))
        this.found.push(problem("config/missing-option", `${name} must be specified`, { subject: rangeOf(span) }));
    }
  }

  /** A mistake in an option that was given has been reported; that it is missing too would only confuse. */
  private wasGiven(name: string): boolean {
    return this.places.attributes.has(name);
  }

  private deprecation(name: string, field: Field, span: Span): void {
    if (!field.deprecated) return;
    const { use, note } = field.deprecated;
    const subject = rangeOf(span);
    this.found.push(
      caution("config/deprecated", `'${name}' is deprecated`, {
        detail: note ?? (use === undefined ? undefined : `Use "${use}" instead.`),
        subject,
        ...(use !== undefined && { suggestion: { replace: subject, with: use } }),
      }),
    );
  }
}

function toType(field: Field, value: Value): Value | Fault {
  const type = typeOf(field);
  return type.kind === "dynamic" ? value : convert(value, type);
}

const freeField: Field = { type: "any", nesting: "attribute", required: false, doc: "" };

function emptyOf(element: Field): unknown {
  if (element.type === "string") return "";
  if (element.type === "number" || element.type === "duration") return 0;
  return element.type === "bool" ? false : undefined;
}

function placeText(span: Span): string {
  const { file, start } = rangeOf(span);
  return `${file}:${start.line},${start.column}`;
}
