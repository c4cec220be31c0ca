import {
  caution,
  type Diagnostic,
  type EvalScope,
  type Field,
  parseGoDuration,
  problem,
  type Schema,
  type TemplateFunctions,
} from "@kiln/sdk";
import { secretsIn } from "../secret-text.ts";
import { deprecatedKeyText, oldKey } from "./deprecated-keys.ts";
import { didYouMean, keySpan, problemAt } from "./diagnose.ts";
import { badDuration, nanoseconds } from "./durations.ts";
import { fieldOf } from "./fields.ts";
import type { JsonNode, Member, ObjectNode, StringNode } from "./node.ts";
import { checkLate, renderNode } from "./render.ts";
import type { SourceText } from "./source-text.ts";
import {
  type Converted,
  durationRefusal,
  notAMap,
  unconvertible,
  weakBoolean,
  weakInteger,
  weakString,
} from "./weak.ts";

/** How a value is reached: `path` is what messages of conversion name, `option` the top-level option that rendering names. */
interface Place {
  readonly path: string;
  readonly option: string;
  readonly late: boolean;
}

/**
 * Decodes JSON against a schema as Packer's SDK does: strings are rendered once, types convert loosely, unknown names are refused. Several
 * layers (options, then `override`) are decoded one over the other: later scalars win, objects merge, and lists merge by position.
 */
export class Decoder {
  readonly found: Diagnostic[] = [];
  readonly secrets: string[] = [];
  late = false;
  private readonly source: SourceText;
  private readonly scope: EvalScope;
  private readonly functions: TemplateFunctions;
  /** Made here from text that has been rendered: once is enough. */
  private readonly done = new WeakSet<JsonNode>();
  private readonly element: { readonly start: number; readonly end: number };

  constructor(
    source: SourceText,
    scope: EvalScope,
    functions: TemplateFunctions,
    element: { readonly start: number; readonly end: number },
  ) {
    this.source = source;
    this.scope = scope;
    this.functions = functions;
    this.element = element;
  }

  object(schema: Schema, layers: readonly ObjectNode[], prefix: string, outer: Place | undefined): unknown {
    const given = new Map<string, JsonNode[]>();
    const unknown: Member[] = [];
    for (const layer of layers)
      for (const member of layer.members) {
        const known = fieldOf(schema, member.key);
        if (!known) unknown.push(member);
        else if (!isNull(member.value)) given.set(known.name, [...(given.get(known.name) ?? []), member.value]);
        if (known) this.deprecation(known.field, member);
      }
    this.unknownKeys(unknown, schema, prefix);
    const config: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(schema)) {
      const nodes = given.get(name);
      const place: Place = {
        path: prefix === "" ? name : `${prefix}.${name}`,
        option: outer?.option ?? name,
        late: (outer?.late ?? false) || field.lateTemplate === true,
      };
      const value = nodes ? this.value(field, nodes, place) : undefined;
      if (value !== undefined) config[name] = value;
      else if (field.fallback !== undefined) config[name] = field.fallback;
      else if (field.required && !nodes) this.missing(place.path);
      if (field.sensitive) this.secrets.push(...secretsIn(value, place.late));
    }
    return config;
  }

  private value(field: Field, nodes: readonly JsonNode[], place: Place): unknown {
    const node = nodes.at(-1);
    if (!node) return undefined;
    switch (field.type) {
      case "list":
        return this.list(field, nodes, place);
      case "map":
        return this.map(field, nodes, place);
      case "object":
        return this.block(field.fields ?? {}, nodes, place);
      case "any":
        return this.plain(node, place);
      default:
        return this.scalar(field.type, node, place);
    }
  }

  private scalar(type: "string" | "number" | "bool" | "duration", given: JsonNode, place: Place): unknown {
    const node = this.rendered(given, place);
    if (!node) return undefined;
    if (type === "string") return this.take(node, weakString(node, place.path));
    if (type === "number") return this.take(node, weakInteger(node, place.path));
    if (type === "bool") return this.take(node, weakBoolean(node, place.path));
    return this.duration(node, place);
  }

  /** Milliseconds. A number without a unit counts nanoseconds. */
  private duration(node: JsonNode, place: Place): number | undefined {
    if (node.kind === "number") {
      this.found.push(nanoseconds(this.source, node, place.path));
      return Math.trunc(node.value) / 1e6;
    }
    if (node.kind === "literal") return node.value === true ? 1e-6 : 0;
    if (node.kind !== "string") return this.take(node, unconvertible(node, place.path, "time.Duration"));
    const value = parseGoDuration(node.value);
    if (value !== undefined) return Number(value) / 1e6;
    this.found.push(badDuration(this.source, node, durationRefusal(node.value, place.path)));
    return undefined;
  }

  /** A single value is a list of one; text is split at commas; nothing (`""`, `{}`) is the empty list. */
  private items(given: JsonNode, place: Place): readonly JsonNode[] {
    if (given.kind === "array") return given.items;
    if (given.kind === "object") return given.members.length === 0 ? [] : [given];
    const node = this.rendered(given, place);
    if (!node) return [];
    if (node.kind !== "string") return [node];
    if (node.value === "") return [];
    const parts = node.value.split(",").map((value): StringNode => ({ ...node, value }));
    for (const part of parts) this.done.add(part);
    return parts;
  }

  private list(field: Field, nodes: readonly JsonNode[], place: Place): readonly unknown[] {
    const layers = nodes.map((node) => this.items(node, place));
    const length = Math.max(...layers.map((items) => items.length));
    this.longerBelow(nodes, layers, place);
    const values: unknown[] = [];
    for (let i = 0; i < length; i++) {
      const here = layers.flatMap((items) => items[i] ?? []).filter((item) => !isNull(item));
      const inner = { ...place, path: `${place.path}[${i}]` };
      if (field.fields) {
        const block = this.block(field.fields, here, inner);
        if (block !== undefined) values.push(block);
      } else if (here.length === 0) values.push(emptyOf(field.element));
      else values.push(field.element ? this.value(field.element, here, inner) : this.plain(here.at(-1), inner));
    }
    return values.filter((value) => value !== undefined);
  }

  /** Packer merges lists by position: what the longer one below holds at the end stays. */
  private longerBelow(nodes: readonly JsonNode[], layers: readonly (readonly JsonNode[])[], place: Place): void {
    const top = nodes.at(-1);
    const length = layers.at(-1)?.length ?? 0;
    if (!top || layers.length < 2 || layers.every((items) => items.length <= length)) return;
    this.found.push(
      caution("config/override-shorter-list", `'${place.path}' overrides a longer list`, {
        detail: "Lists are laid over each other by position, so the rest of the longer list stays.",
        subject: this.source.range(top.start, top.end),
      }),
    );
  }

  private block(fields: Schema, nodes: readonly JsonNode[], place: Place): unknown {
    const objects: ObjectNode[] = [];
    for (const node of nodes) {
      if (node.kind === "object") objects.push(node);
      else this.take(node, notAMap(node, place.path));
    }
    return objects.length === 0 ? undefined : this.object(fields, objects, place.path, place);
  }

  private map(field: Field, nodes: readonly JsonNode[], place: Place): Readonly<Record<string, unknown>> | undefined {
    const entries = new Map<string, unknown>();
    for (const node of nodes)
      for (const part of node.kind === "array" ? node.items : [node]) {
        if (part.kind !== "object") {
          this.take(part, notAMap(part, place.path));
          continue;
        }
        for (const member of part.members) this.entry(field, member, place, entries);
      }
    return Object.fromEntries(entries);
  }

  private entry(field: Field, member: Member, place: Place, into: Map<string, unknown>): void {
    const key = this.key(member, place);
    if (key === undefined) return;
    const inner = { ...place, path: `${place.path}[${key}]` };
    if (isNull(member.value)) into.set(key, emptyOf(field.element));
    else
      into.set(key, field.element ? this.value(field.element, [member.value], inner) : this.plain(member.value, inner));
  }

  /** Names inside options are rendered too; names of options are not. */
  private key(member: Member, place: Place): string | undefined {
    const node: StringNode = { kind: "string", start: member.keyStart, end: member.keyEnd, value: member.key };
    const rendered = this.rendered(node, place);
    return rendered?.kind === "string" ? rendered.value : undefined;
  }

  private plain(given: JsonNode | undefined, place: Place): unknown {
    if (!given) return undefined;
    if (given.kind === "array") return given.items.map((item) => this.plain(item, place));
    if (given.kind === "object") {
      const entries = given.members.flatMap((member): [string, unknown][] => {
        const key = this.key(member, place);
        return key === undefined ? [] : [[key, this.plain(member.value, place)]];
      });
      return Object.fromEntries(entries);
    }
    const node = this.rendered(given, place);
    return node && node.kind !== "array" && node.kind !== "object" ? node.value : undefined;
  }

  /** The node with its text rendered; undefined where that failed, which has been reported. */
  private rendered(node: JsonNode, place: Place): JsonNode | undefined {
    if (node.kind !== "string" || this.done.has(node)) return node;
    if (place.late) {
      const found = checkLate(node, this.source, place.option, this.scope, this.functions);
      this.found.push(...found);
      return found.some((d) => d.severity === "error") ? undefined : node;
    }
    const { text, late, diagnostics } = renderNode(node, this.source, place.option, this.scope, this.functions);
    this.found.push(...diagnostics);
    this.late ||= late;
    return text === undefined ? undefined : { ...node, value: text };
  }

  private take<T>(node: JsonNode, converted: Converted<T>): T | undefined {
    if ("value" in converted) return converted.value;
    this.found.push(problemAt(this.source, node, "config/wrong-type", converted.refusal));
    return undefined;
  }

  private unknownKeys(members: readonly Member[], schema: Schema, prefix: string): void {
    for (const member of members.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
      if (prefix === "" && (member.key === "type" || member.key.startsWith("packer_"))) continue;
      const shown = prefix === "" ? member.key : `${prefix}.${member.key}`;
      const span = keySpan(member);
      const old = oldKey(member.key);
      const summary = old?.everywhere ? deprecatedKeyText(member.key) : `unknown configuration key: '"${shown}"'`;
      const code = old?.everywhere ? "config/deprecated-key" : "config/unknown-key";
      this.found.push(problemAt(this.source, span, code, summary, this.keyHint(member, schema, old?.use)));
    }
  }

  private keyHint(member: Member, schema: Schema, use: string | undefined) {
    const span = keySpan(member);
    if (use !== undefined && Object.hasOwn(schema, use))
      return {
        detail: `"${member.key}" is called "${use}" today.`,
        suggestion: { replace: this.source.range(span.start, span.end), with: JSON.stringify(use) },
      };
    const known = Object.keys(schema).filter((name) => !schema[name]?.hidden);
    return didYouMean(this.source, span, member.key, known);
  }

  private deprecation(field: Field, member: Member): void {
    if (!field.deprecated) return;
    const { use, note } = field.deprecated;
    const span = keySpan(member);
    const subject = this.source.range(span.start, span.end);
    this.found.push(
      caution("config/deprecated", `'${member.key}' is deprecated`, {
        detail: note ?? (use === undefined ? undefined : `Use "${use}" instead.`),
        subject,
        ...(use !== undefined && { suggestion: { replace: subject, with: JSON.stringify(use) } }),
      }),
    );
  }

  private missing(path: string): void {
    this.found.push(
      problem("config/missing-option", `${path} must be specified`, {
        subject: this.source.range(this.element.start, this.element.end),
      }),
    );
  }
}

function isNull(node: JsonNode): boolean {
  return node.kind === "literal" && node.value === null;
}

/** What Go leaves where an element is null. */
function emptyOf(element: Field | undefined): unknown {
  if (element?.type === "string") return "";
  if (element?.type === "number" || element?.type === "duration") return 0;
  return element?.type === "bool" ? false : undefined;
}
