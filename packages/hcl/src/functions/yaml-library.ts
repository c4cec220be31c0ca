import { goQuote } from "@kiln/sdk";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type YAMLMap,
} from "yaml";
import { convert } from "../convert/convert.ts";
import { Fault } from "../values/arithmetic.ts";
import { STRING } from "../values/type.ts";
import { NULL, objectValue, tupleValue, type Value } from "../values/value.ts";
import { resolveScalar } from "./yaml-scalar.ts";

/** Texts nested deeper than this, or whose aliases multiply beyond this, are refused. */
const DEEPEST = 500;
const MOST_NODES = 1_000_000;

/** What no YAML text may hold, in quotes or not. */
const CONTROL = /(?![\t\n\r\x85])\p{Cc}/u;

/** YAML text as a value: objects, tuples and scalars by their looks. */
export function readYaml(source: string): Value | Fault {
  if (CONTROL.test(source)) return new Fault("control characters are not allowed");
  const documents = parseAllDocuments(source, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    keepSourceTokens: false,
    prettyErrors: true,
    logLevel: "silent",
  });
  if (!Array.isArray(documents)) return new Fault("on line 1, column 1: missing start of document");
  const [document, second] = documents as Document.Parsed<ParsedNode>[];
  if (!document) return new Fault("on line 1, column 1: missing start of document");
  const [error] = document.errors;
  if (error) return new Fault(message(error));
  if (second) return new Fault("on line 1, column 1: unexpected extra content after value");
  if (document.contents === null && source.trim() === "")
    return new Fault("on line 1, column 1: missing start of document");
  return new Builder(document).build(document.contents, 0);
}

interface YamlProblem {
  readonly code: string;
  readonly message: string;
  readonly linePos?: readonly [{ readonly line: number; readonly col: number }, unknown?] | undefined;
}

function message(error: YamlProblem): string {
  const at = error.linePos?.[0];
  const where = at ? `on line ${at.line}, column ${at.col}: ` : "";
  const [first = error.message] = error.message.split("\n");
  if (/cannot start with reserved character|Plain value cannot start/.test(first)) {
    return "found character that cannot start any token";
  }
  return where + first.replace(/ at line \d+, column \d+:?$/, "").replace(/^[A-Z]/, (c) => c.toLowerCase());
}

class Builder {
  private readonly document: Document.Parsed<ParsedNode>;
  private nodes = 0;

  constructor(document: Document.Parsed<ParsedNode>) {
    this.document = document;
  }

  build(node: Node | null | undefined, depth: number): Value | Fault {
    if (depth > DEEPEST || ++this.nodes > MOST_NODES) return new Fault("document is nested too deeply or too large");
    if (node === null || node === undefined) return NULL;
    if (isAlias(node)) {
      const target = node.resolve(this.document);
      return target
        ? this.build(target, depth + 1)
        : new Fault(`reference to undefined anchor ${goQuote(node.source)}`);
    }
    if (isScalar(node)) {
      const text = typeof node.value === "string" ? node.value : (node.source ?? "");
      return resolveScalar(text, node.type === "PLAIN" || node.type === undefined, node.tag);
    }
    if (isSeq(node)) {
      if (unsuitable(node.tag, "seq")) return wrongTag("sequence", node.tag);
      const items: Value[] = [];
      for (const item of node.items) {
        const value = this.build(item as Node, depth + 1);
        if (value instanceof Fault) return value;
        items.push(value);
      }
      return tupleValue(items);
    }
    if (isMap(node)) return this.mapping(node, depth);
    return NULL;
  }

  private mapping(node: YAMLMap, depth: number): Value | Fault {
    if (unsuitable(node.tag, "map")) return wrongTag("mapping", node.tag);
    const entries = new Map<string, Value>();
    const merged = new Map<string, Value>();
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      if (isScalar(key) && key.type === "PLAIN" && key.value === "<<") {
        const fault = this.merge(pair.value as Node | null, depth, merged);
        if (fault) return fault;
        continue;
      }
      const name =
        isScalar(key) && key.type === "PLAIN" && !key.tag ? plainKey(String(key.value)) : this.keyText(key, depth);
      if (name instanceof Fault) return name;
      const value = this.build(pair.value as Node | null, depth + 1);
      if (value instanceof Fault) return value;
      entries.set(name, value);
    }
    for (const [name, value] of merged) if (!entries.has(name)) entries.set(name, value);
    return objectValue(entries);
  }

  private keyText(key: Node | null, depth: number): string | Fault {
    const value = this.build(key, depth + 1);
    if (value instanceof Fault) return value;
    const text = convert(value, STRING);
    if (text instanceof Fault || text.isNull) return new Fault("can't use this value as a mapping key");
    return text.text;
  }

  private merge(node: Node | null, depth: number, into: Map<string, Value>): Fault | undefined {
    const value = this.build(node, depth + 1);
    if (value instanceof Fault) return value;
    const sources = value.type.kind === "tuple" ? value.items : [value];
    for (const source of sources) {
      if (source.type.kind !== "object") return new Fault("cannot merge a value that is not a mapping");
      for (const [name, item] of source.entries) if (!into.has(name)) into.set(name, item);
    }
    return undefined;
  }
}

/** A key's meaning as text: numbers and booleans as they print. */
function plainKey(text: string): string | Fault {
  const value = resolveScalar(text, true, undefined);
  if (value instanceof Fault) return value;
  const converted = convert(value, STRING);
  if (converted instanceof Fault || converted.isNull) return new Fault("can't use a null value as a mapping key");
  return converted.text;
}

function unsuitable(tag: string | undefined, kind: "seq" | "map"): boolean {
  return tag !== undefined && tag !== "" && tag !== "!" && tag !== `tag:yaml.org,2002:${kind}`;
}

function wrongTag(what: string, tag: string | undefined): Fault {
  return new Fault(`can't interpret ${what} as ${tag}`);
}
