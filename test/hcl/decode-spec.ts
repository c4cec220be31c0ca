import {
  type Body,
  type BodyContent,
  type BodySchema,
  convert,
  evaluate,
  Fault,
  mapValue,
  nullValue,
  objectValue,
  rangeOf,
  readTypeConstraint,
  type Scope,
  type Type,
  tupleValue,
  UNKNOWN,
  unknownValue,
  type Value,
} from "@kiln/hcl";
import type { Diagnostic } from "@kiln/sdk";
import { problem } from "@kiln/sdk";

/** How a body becomes a value: the part of hcldec's specification language that the suite uses. */
export type Spec =
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, Spec> }
  | { readonly kind: "attr"; readonly name: string; readonly type: Type; readonly required: boolean }
  | { readonly kind: "block" | "block_list"; readonly type: string; readonly inner: Spec }
  | { readonly kind: "block_map"; readonly type: string; readonly labels: readonly string[]; readonly inner: Spec }
  | { readonly kind: "literal"; readonly value: Value };

const SPEC_BLOCKS = ["object", "attr", "block", "block_list", "block_map", "literal", "variables"];

/** Reads a specification file: one spec, and variables for the evaluation. */
export function readSpec(body: Body): { readonly spec: Spec; readonly variables: ReadonlyMap<string, Value> } {
  const { content } = body.partial({ blocks: SPEC_BLOCKS.map((type) => ({ type })) });
  const variables = new Map<string, Value>();
  for (const block of content.blocks.filter((b) => b.type === "variables")) {
    for (const [name, { expression }] of block.body.attributes().attributes)
      variables.set(name, evaluate(expression).value);
  }
  const [main] = content.blocks.filter((b) => b.type !== "variables");
  if (!main) throw new Error("the specification is empty");
  return { spec: specOf(main.type, main.body, ""), variables };
}

function specOf(kind: string, body: Body, key: string): Spec {
  const constant = (name: string): Value | undefined => {
    const found = attribute(body, name);
    return found && evaluate(found).value;
  };
  switch (kind) {
    case "object": {
      const labelled = SPEC_BLOCKS.map((type) => ({ type, labels: ["name"] }));
      const { content } = body.partial({ blocks: labelled });
      return {
        kind,
        members: new Map(content.blocks.map((b) => [b.labels[0] ?? "", specOf(b.type, b.body, b.labels[0] ?? "")])),
      };
    }
    case "attr": {
      const type = attribute(body, "type");
      return {
        kind,
        name: constant("name")?.text ?? key,
        type: type ? readTypeConstraint(type).type : { kind: "dynamic" },
        required: constant("required")?.raw === true,
      };
    }
    case "block":
    case "block_list":
    case "block_map": {
      const { content } = body.partial({ blocks: SPEC_BLOCKS.map((type) => ({ type })) });
      const [inner] = content.blocks;
      if (!inner) throw new Error(`the specification of a ${kind} has no contents`);
      const type = constant("block_type")?.text ?? key;
      const made = specOf(inner.type, inner.body, "");
      if (kind !== "block_map") return { kind, type, inner: made };
      return { kind, type, inner: made, labels: constant("labels")?.items.map((v) => v.text) ?? [] };
    }
    case "literal":
      return { kind, value: constant("value") ?? UNKNOWN };
    default:
      throw new Error(`the suite uses a kind of specification that is not known here: ${kind}`);
  }
}

function attribute(body: Body, name: string) {
  return body.partial({ attributes: [{ name }] }).content.attributes.get(name)?.expression;
}

function schemaOf(spec: Spec): BodySchema {
  switch (spec.kind) {
    case "object": {
      const inner = [...spec.members.values()].map(schemaOf);
      return { attributes: inner.flatMap((s) => s.attributes ?? []), blocks: inner.flatMap((s) => s.blocks ?? []) };
    }
    case "attr":
      return { attributes: [{ name: spec.name, required: spec.required }] };
    case "block_map":
      return { blocks: [{ type: spec.type, labels: spec.labels }] };
    case "block":
    case "block_list":
      return { blocks: [{ type: spec.type }] };
    default:
      return {};
  }
}

/** The value of a body by its specification, beside everything that is wrong with it. */
export function decode(
  body: Body,
  spec: Spec,
  scope: Scope,
): { readonly value: Value; readonly diagnostics: Diagnostic[] } {
  const { content, diagnostics } = body.content(schemaOf(spec));
  const found = [...diagnostics];
  return { value: valueOf(content, spec, scope, found), diagnostics: found };
}

function inner(body: Body, spec: Spec, scope: Scope, found: Diagnostic[]): Value {
  const decoded = decode(body, spec, scope);
  found.push(...decoded.diagnostics);
  return decoded.value;
}

function valueOf(content: BodyContent, spec: Spec, scope: Scope, found: Diagnostic[]): Value {
  switch (spec.kind) {
    case "literal":
      return spec.value;
    case "object":
      return objectValue(new Map([...spec.members].map(([name, s]) => [name, valueOf(content, s, scope, found)])));
    case "attr": {
      const given = content.attributes.get(spec.name);
      if (!given) return nullValue(spec.type);
      const { value, diagnostics } = evaluate(given.expression, scope);
      found.push(...diagnostics);
      const converted = convert(value, spec.type);
      if (!(converted instanceof Fault)) return converted;
      const detail = `Inappropriate value for attribute "${spec.name}": ${converted.message}.`;
      found.push(
        problem("hcl/attribute-type", "Incorrect attribute value type", { detail, subject: rangeOf(given.expression) }),
      );
      return unknownValue(spec.type);
    }
    default: {
      const blocks = content.blocks.filter((b) => b.type === spec.type);
      if (spec.kind === "block") {
        return blocks[0] ? inner(blocks[0].body, spec.inner, scope, found) : nullValue({ kind: "dynamic" });
      }
      const values = blocks.map((b) => inner(b.body, spec.inner, scope, found));
      if (spec.kind === "block_list") return tupleValue(values);
      return mapValue(new Map(blocks.map((b, i) => [b.labels[0] ?? "", values[i] ?? UNKNOWN])));
    }
  }
}
