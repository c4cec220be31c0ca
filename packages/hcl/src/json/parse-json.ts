import { type Diagnostic, problem } from "@kiln/sdk";
import { didYouMean, firstNear } from "../suggestion.ts";
import { between, type JsonMember, type JsonNode, rangeOf, type Span } from "../syntax/ast.ts";
import type { Parsed } from "../syntax/parse.ts";
import { decodeSource, type SourceText, utf8Length } from "../syntax/source-text.ts";
import { parseNumber } from "../values/big-float-parse.ts";
import { boolValue, NULL, numberValue, type Value } from "../values/value.ts";
import { JsonSourceText } from "./json-source-text.ts";
import { JsonScanner, type JsonToken } from "./scan-json.ts";

/** How deep arrays and objects may nest. */
const DEEPEST = 500;
const VALUE_START = "A JSON value must start with a brace, a bracket, a number, a string, or a keyword.";

/** A JSON text as a tree with places; never throws. A broken part is an invalid node. */
export function parseJson(text: string | Uint8Array, file: string): Parsed<JsonNode> {
  const whole = typeof text === "string" ? text : decodeSource(text);
  const parser = new JsonParser(new JsonSourceText(file, whole));
  const result = parser.file();
  return { result, diagnostics: parser.diagnostics };
}

class JsonParser {
  readonly diagnostics: Diagnostic[] = [];
  private readonly source: SourceText;
  private readonly scanner: JsonScanner;
  private depth = 0;

  constructor(source: SourceText) {
    this.source = source;
    this.scanner = new JsonScanner(source);
  }

  file(): JsonNode {
    const node = this.value();
    const next = this.scanner.peek();
    if (this.diagnostics.length === 0 && next.type !== "end") {
      this.error(
        "hcl/json-extra-data",
        "Extraneous data after value",
        "Extra characters appear after the JSON value.",
        next,
      );
    }
    return node;
  }

  private error(code: `hcl/${string}`, summary: string, detail: string, subject: Span, context?: Span): void {
    const wider = context && rangeOf(context);
    this.diagnostics.push(problem(code, summary, { detail, subject: rangeOf(subject), context: wider }));
  }

  private invalid({ source, start, end }: Span): JsonNode {
    return { type: "invalid", source, start, end };
  }

  private value(): JsonNode {
    const token = this.scanner.peek();
    return this.one(token) ?? this.invalid(token);
  }

  private one(token: JsonToken): JsonNode | undefined {
    switch (token.type) {
      case "{":
      case "[":
        return this.nested(token);
      case "number":
        return this.number(this.scanner.read());
      case "string":
        return this.string(this.scanner.read());
      case "keyword":
        return this.keyword(this.scanner.read());
      case "}":
        this.error("hcl/json-missing-value", "Missing JSON value", VALUE_START, token);
        return undefined;
      case "]":
        this.error("hcl/json-missing-value", "Missing array element value", VALUE_START, token);
        return undefined;
      case "end":
        this.error("hcl/json-missing-value", "Missing value", "The JSON data ends prematurely.", token);
        return undefined;
      default:
        this.error("hcl/json-invalid-value", "Invalid start of value", VALUE_START, token);
        return undefined;
    }
  }

  private nested(token: JsonToken): JsonNode | undefined {
    if (this.depth >= DEEPEST) {
      const detail = `Objects and arrays may be nested at most ${DEEPEST} levels deep.`;
      this.error("hcl/nesting-too-deep", "Nesting too deep", detail, token);
      return undefined;
    }
    this.depth++;
    const node = token.type === "{" ? this.object() : this.array();
    this.depth--;
    return node;
  }

  private literal(value: Value, token: Span): JsonNode {
    return { type: "literal", value, source: token.source, start: token.start, end: token.end };
  }

  private number(token: JsonToken): JsonNode | undefined {
    const text = this.source.text.slice(token.start, token.end);
    const n = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? parseNumber(text) : undefined;
    if (n) return this.literal(numberValue(n), token);
    const detail = "There is a syntax error in the given JSON number.";
    this.error("hcl/json-number", "Invalid JSON number", detail, token);
    return undefined;
  }

  private string(token: JsonToken): JsonNode | undefined {
    const raw = this.source.text.slice(token.start, token.end);
    const bad = badStringOffset(raw);
    if (bad === undefined) {
      const text = (JSON.parse(raw) as string).toWellFormed();
      return { type: "string", text, source: token.source, start: token.start, end: token.end };
    }
    // Like Go's decoder, counts bytes; one column wide, even where a line break is what does not belong there.
    const { file, start: first } = rangeOf(token);
    const bytes = utf8Length(raw, 0, bad) + (bad < raw.length ? 1 : 0);
    const start = { line: first.line, column: first.column + bytes, byte: first.byte + bytes };
    const subject = { file, start, end: { line: start.line, column: start.column + 1, byte: start.byte + 1 } };
    const detail = "There is a syntax error in the given JSON string.";
    const context = rangeOf(token);
    this.diagnostics.push(problem("hcl/json-string", "Invalid JSON string", { detail, subject, context }));
    return undefined;
  }

  private keyword(token: JsonToken): JsonNode | undefined {
    const word = this.source.text.slice(token.start, token.end);
    if (word === "true" || word === "false") return this.literal(boolValue(word === "true"), token);
    if (word === "null") return this.literal(NULL, token);
    const script = word === "undefined" || word === "NaN" || word === "Infinity";
    const detail = script
      ? `The JavaScript identifier "${word}" cannot be used in JSON.`
      : `"${word}" is not a valid JSON keyword.${didYouMean(firstNear(word, ["true", "false", "null"]))}`;
    this.error("hcl/json-keyword", "Invalid JSON keyword", detail, token);
    return undefined;
  }

  /** Reads on to behind the brace that closes the object a mistake was made in. */
  private recover(closer: "}" | "]", from: JsonToken): void {
    const opener = closer === "}" ? "{" : "[";
    let open = 1;
    for (let token = from; ; token = this.scanner.read()) {
      if (token.type === opener) open++;
      else if (token.type === closer && --open <= 1) return;
      else if (token.type === "end") return;
    }
  }

  private object(): JsonNode | undefined {
    const open = this.scanner.read();
    const members: JsonMember[] = [];
    while (this.scanner.peek().type !== "}") {
      const member = this.member();
      if (!member) return undefined;
      members.push(member);
      const next = this.scanner.peek();
      if (next.type === "}") break;
      if (next.type === ",") {
        const comma = this.scanner.read();
        if (this.scanner.peek().type !== "}") continue;
        const detail = "JSON does not permit a trailing comma after the final property in an object.";
        this.error("hcl/json-trailing-comma", "Trailing comma in object", detail, comma);
        return undefined;
      }
      if (next.type === "end") {
        this.error("hcl/json-unclosed", "Unclosed object", "No closing brace was found for this JSON object.", open);
      } else if (next.type === "]") {
        this.scanner.read();
        const detail = "A JSON object must be closed with a brace, not a bracket.";
        this.error("hcl/json-mismatched", "Mismatched braces", detail, this.scanner.peek());
      } else {
        this.recover("}", this.scanner.read());
        const detail = "A comma must appear between each property definition in an object.";
        this.error("hcl/json-missing-comma", "Missing attribute seperator comma", detail, this.scanner.peek());
      }
      return undefined;
    }
    const close = this.scanner.read();
    return { type: "object", members, open, close, ...between(open, close) };
  }

  private member(): JsonMember | undefined {
    const name = this.value();
    if (name.type !== "string") {
      const detail = "A JSON object property name must be a string";
      this.error("hcl/json-property-name", "Invalid object property name", detail, startOf(name));
      return undefined;
    }
    const colon = this.scanner.read();
    if (colon.type !== ":") {
      this.recover("}", colon);
      if (colon.type === "}" || colon.type === ",") {
        const detail = "A JSON object attribute must have a value, introduced by a colon.";
        this.error("hcl/json-missing-value", "Missing object value", detail, colon);
      } else {
        const detail =
          colon.type === "="
            ? "JSON uses a colon as its name/value delimiter, not an equals sign."
            : "A colon must appear between an object property's name and its value.";
        this.error("hcl/json-missing-colon", "Missing property value colon", detail, colon);
      }
      return undefined;
    }
    const value = this.value();
    return { name: name.text.normalize("NFC"), nameSpan: name, value };
  }

  private array(): JsonNode | undefined {
    const open = this.scanner.read();
    const items: JsonNode[] = [];
    while (this.scanner.peek().type !== "]") {
      items.push(this.value());
      const next = this.scanner.peek();
      if (next.type === "]") break;
      if (next.type === ",") {
        const comma = this.scanner.read();
        if (this.scanner.peek().type !== "]") continue;
        const detail = "JSON does not permit a trailing comma after the final value in an array.";
        this.error("hcl/json-trailing-comma", "Trailing comma in array", detail, comma);
        return undefined;
      }
      if (next.type === ":") {
        this.recover("]", this.scanner.read());
        this.error(
          "hcl/json-invalid-value",
          "Invalid array value",
          "A colon is not used to introduce values in a JSON array.",
          this.scanner.peek(),
        );
      } else if (next.type === "end") {
        this.recover("]", this.scanner.read());
        this.error("hcl/json-unclosed", "Unclosed object", "No closing bracket was found for this JSON array.", open);
      } else if (next.type === "}") {
        this.recover("]", this.scanner.read());
        const detail = "A JSON array must be closed with a bracket, not a brace.";
        this.error("hcl/json-mismatched", "Mismatched brackets", detail, this.scanner.peek());
      } else {
        this.recover("]", this.scanner.read());
        const detail = "A comma must appear between each value in an array.";
        this.error("hcl/json-missing-comma", "Missing attribute seperator comma", detail, this.scanner.peek());
      }
      return undefined;
    }
    const close = this.scanner.read();
    return { type: "array", items, open, ...between(open, close) };
  }
}

/** Where the first character is that JSON does not allow in this string, its end if that is missing; undefined if none. */
function badStringOffset(raw: string): number | undefined {
  for (let i = 1; i < raw.length; i++) {
    const c = raw[i] as string;
    if (c === '"') return i === raw.length - 1 ? undefined : i;
    if (c !== "\\") continue;
    i++;
    if (raw[i] === "u") {
      for (let k = 1; k <= 4; k++) if (!/[0-9a-fA-F]/.test(raw[i + k] ?? "")) return Math.min(i + k, raw.length);
      i += 4;
    } else if (!'"\\/bfnrt'.includes(raw[i] ?? " ")) return Math.min(i, raw.length);
  }
  return raw.length;
}

/** The beginning of a node, enough to point at. */
export function startOf(node: JsonNode): Span {
  return node.type === "object" || node.type === "array" ? node.open : node;
}
