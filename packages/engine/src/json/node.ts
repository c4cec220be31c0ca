/**
 * A JSON document with the place of everything in it. Offsets are UTF-16 units into the source text; `end` is exclusive.
 */
export type JsonNode = ObjectNode | ArrayNode | StringNode | NumberNode | LiteralNode;
export interface ObjectNode {
  readonly kind: "object";
  readonly start: number;
  end: number;
  readonly members: Member[];
}
export interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
}
export interface ArrayNode {
  readonly kind: "array";
  readonly start: number;
  end: number;
  readonly items: JsonNode[];
}
export interface StringNode {
  readonly kind: "string";
  readonly start: number;
  readonly end: number;
  readonly value: string;
}
export interface NumberNode {
  readonly kind: "number";
  readonly start: number;
  readonly end: number;
  readonly value: number;
}
export interface LiteralNode {
  readonly kind: "literal";
  readonly start: number;
  readonly end: number;
  readonly value: boolean | null;
}

/** The member of that exact name; the first where there are several. */
export function member(node: ObjectNode, key: string): Member | undefined {
  return node.members.find((m) => m.key === key);
}

/** The Go type that Packer's error texts name for a decoded value. */
export function goType(node: JsonNode): string {
  switch (node.kind) {
    case "object":
      return "map[string]interface {}";
    case "array":
      return "[]interface {}";
    case "string":
      return "string";
    case "number":
      return "float64";
    case "literal":
      return node.value === null ? "<nil>" : "bool";
  }
}

/** The kind of Go value, as Packer's errors about shapes name it. */
export function goKind(node: JsonNode): string {
  if (node.kind === "object") return "map";
  if (node.kind === "array") return "slice";
  return goType(node);
}

/** What JSON.parse would give. */
export function plain(node: JsonNode): unknown {
  if (node.kind === "array") return node.items.map(plain);
  if (node.kind !== "object") return node.value;
  const entries = node.members.map((m): [string, unknown] => [m.key, plain(m.value)]);
  return Object.fromEntries(entries);
}

/** Every text in a document, keys included. */
export function* textsOf(root: JsonNode): Generator<string> {
  const waiting: JsonNode[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.kind === "string") yield node.value;
    else if (node.kind === "array") waiting.push(...node.items);
    else if (node.kind === "object")
      for (const { key, value } of node.members) {
        yield key;
        waiting.push(value);
      }
  }
}
