import type { Expression, Span } from "@kiln/hcl";

/** Where the options of a decoded body stand. */
export class Places {
  readonly attributes = new Map<string, Expression | Span>();
  readonly blocks = new Map<string, { readonly span: Span; readonly places: Places }[]>();

  addBlock(type: string, span: Span): Places {
    const places = new Places();
    const others = this.blocks.get(type);
    if (others) others.push({ span, places });
    else this.blocks.set(type, [{ span, places }]);
    return places;
  }

  find(path: readonly (string | number)[]): Span | undefined {
    const [name, ...rest] = path;
    if (typeof name !== "string") return undefined;
    const attribute = this.attributes.get(name);
    if (attribute) return inside(attribute, rest);
    const index = typeof rest[0] === "number" ? rest[0] : 0;
    const block = this.blocks.get(name)?.[index];
    if (!block) return undefined;
    const deeper = typeof rest[0] === "number" ? rest.slice(1) : rest;
    return deeper.length === 0 ? block.span : (block.places.find(deeper) ?? block.span);
  }
}

/** The part of a written list or object that a path leads to, as far as it is written out. */
function inside(from: Expression | Span, path: readonly (string | number)[]): Span {
  let at = from;
  for (const step of path) {
    if (!("kind" in at)) break;
    let next: Expression | undefined;
    if (at.kind === "tuple" && typeof step === "number") next = at.items[step];
    if (at.kind === "object") next = at.items.find((item) => nameOf(item.key) === step)?.value;
    if (!next) break;
    at = next;
  }
  return at;
}

function nameOf(key: Expression): string | undefined {
  const inner = key.kind === "key" ? key.expression : key;
  if (inner.kind === "reference") return inner.root;
  if (inner.kind === "template" && inner.parts.length === 1 && inner.parts[0]?.kind === "literal")
    return inner.parts[0].value.text;
  return undefined;
}
