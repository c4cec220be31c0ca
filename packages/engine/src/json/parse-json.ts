import { type Checked, checked } from "@kiln/sdk";
import type { ArrayNode, JsonNode, ObjectNode } from "./node.ts";
import { ofKey, ofValue, Scanner, Stop } from "./scanner.ts";
import type { SourceText } from "./source-text.ts";

/** Deeper than any template; shallow enough for everything that walks the tree by recursion. */
const maxDepth = 1000;

/**
 * Strict JSON with the place of every key and value. Mistakes whose meaning is clear (a comma too many or too few, comments, bare words,
 * bad escapes) are each reported and passed over, so that one run tells all of them; the first has the words of Go's scanner.
 */
export function parseJson(source: SourceText): Checked<JsonNode> {
  const parser = new JsonParser(source);
  const root = parser.document();
  if (parser.errors.length > 0 || !root) return { ok: false, diagnostics: parser.errors };
  return checked(root);
}

type Container = ObjectNode | ArrayNode;
interface Name {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}
class JsonParser extends Scanner {
  /** Names read, whose values are not finished yet; the innermost last. */
  private readonly keys: Name[] = [];

  document(): JsonNode | undefined {
    try {
      const root = this.value();
      this.space("after top-level value");
      if (this.at < this.text.length) this.stop(this.at, `invalid character ${this.here()} after top-level value`);
      return root;
    } catch (error) {
      if (error instanceof Stop) return undefined;
      throw error;
    }
  }

  /** Containers are kept on a stack of our own: depth costs memory, not call frames. */
  private value(): JsonNode {
    const open: Container[] = [];
    for (;;) {
      let node = this.opening();
      if (node.kind === "object" || node.kind === "array") {
        if (open.length >= maxDepth) this.tooDeep(node.start, maxDepth);
        open.push(node);
        if (!this.firstInside(node)) continue;
        open.pop();
      }
      for (;;) {
        const parent = open.at(-1);
        if (!parent) return node;
        this.add(parent, node);
        if (this.next(parent)) break;
        open.pop();
        node = parent;
      }
    }
  }

  private add(parent: Container, node: JsonNode): void {
    if (parent.kind === "array") {
      parent.items.push(node);
      return;
    }
    const name = this.keys.pop();
    if (name) parent.members.push({ key: name.key, keyStart: name.start, keyEnd: name.end, value: node });
  }

  /** A scalar, or the start of a container. */
  private opening(): JsonNode {
    this.space(ofValue);
    const start = this.at;
    const code = this.text.charCodeAt(start);
    if (code === 0x7b) {
      this.at++;
      return { kind: "object", start, end: start, members: [] };
    }
    if (code === 0x5b) {
      this.at++;
      return { kind: "array", start, end: start, items: [] };
    }
    if (code === 0x22) {
      const value = this.string();
      return { kind: "string", start, end: this.at, value };
    }
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.number();
    return this.word();
  }

  /** After an opening bracket: true where the container closes at once, otherwise the first key has been read. */
  private firstInside(node: Container): boolean {
    this.space(node.kind === "object" ? ofKey : ofValue);
    if (this.closes(node)) return true;
    if (node.kind === "object") this.key();
    return false;
  }

  private closes(node: Container): boolean {
    const code = this.text.charCodeAt(this.at);
    if (code !== (node.kind === "object" ? 0x7d : 0x5d)) return false;
    this.at++;
    node.end = this.at;
    return true;
  }

  /** After an element: true where another follows (its key read), false where the container closed. */
  private next(parent: Container): boolean {
    const what = parent.kind === "object" ? "after object key:value pair" : "after array element";
    const looking = parent.kind === "object" ? ofKey : ofValue;
    this.space(what);
    if (this.closes(parent)) return false;
    const code = this.text.charCodeAt(this.at);
    if (code === 0x2c) {
      const comma = this.at++;
      this.space(looking);
      const here = this.text.charCodeAt(this.at);
      if (here === (parent.kind === "object" ? 0x7d : 0x5d)) {
        this.report(this.at, `invalid character ${this.here()} ${looking}`, {
          hint: "A comma after the last element is not allowed in JSON.",
          suggestion: { replace: this.source.range(comma, comma + 1), with: "" },
        });
        return this.next(parent);
      }
      if (parent.kind === "object") this.key();
      return true;
    }
    const startsElement = code === 0x22 || (parent.kind === "array" && /[[{\-\dtfn]/.test(this.text.charAt(this.at)));
    if (!startsElement) this.stop(this.at, this.unexpected(what));
    this.report(this.at, `invalid character ${this.here()} ${what}`, {
      hint: "A comma is missing before this.",
      suggestion: { replace: this.source.range(this.at, this.at), with: "," },
    });
    if (parent.kind === "object") this.key();
    return true;
  }

  private key(): void {
    this.space(ofKey);
    const start = this.at;
    if (this.text.charCodeAt(start) !== 0x22) {
      const cause = this.unexpected(ofKey);
      const bare = /^(?:'(?<quoted>[^'"\\\n]*)'|(?<word>[A-Za-z_][\w-]*))(?=\s*:)/.exec(
        this.text.slice(start, start + 200),
      );
      if (!bare) this.stop(start, cause);
      const end = start + bare[0].length;
      const key = bare.groups?.["quoted"] ?? bare.groups?.["word"] ?? "";
      this.report(start, cause, {
        hint: "Names of members are written in double quotes.",
        suggestion: { replace: this.source.range(start, end), with: JSON.stringify(key) },
      });
      this.at = end;
      this.keys.push({ key, start, end });
    } else {
      const key = this.string();
      this.keys.push({ key, start, end: this.at });
    }
    this.space("after object key");
    if (this.text.charCodeAt(this.at) !== 0x3a) this.stop(this.at, this.unexpected("after object key"));
    this.at++;
  }
}
