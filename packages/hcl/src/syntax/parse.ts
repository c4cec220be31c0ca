import type { Diagnostic, SourcePos } from "@kiln/sdk";
import type { Expression, NativeBody } from "./ast.ts";
import { parseBody } from "./parse-body.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseBareTemplate } from "./parse-template.ts";
import { isPlain } from "./plain-check.ts";
import { scan } from "./scanner.ts";
import { decodeSource, FILE_START, SourceText } from "./source-text.ts";
import { T, type TokenList } from "./token.ts";
import { TokenReader } from "./token-reader.ts";

/** What was read, as far as it could be, beside everything that is wrong with it. */
export interface Parsed<R> {
  readonly result: R;
  readonly diagnostics: readonly Diagnostic[];
}

/** A file in HCL's native syntax. Never throws: a broken file gives the body that could be made out. */
export function parseNative(text: string | Uint8Array, file: string): Parsed<NativeBody> {
  return parseTokens(scan(sourceOf(text, file), "normal"));
}

function parseTokens(tokens: TokenList): Parsed<NativeBody> {
  const reader = new TokenReader(tokens, parseExpression);
  return { result: parseBody(reader, T.eof), diagnostics: reader.diagnostics };
}

/** The tokens of a file in HCL's native syntax, beside what is wrong with it. */
export function checkNative(text: string | Uint8Array, file: string): Parsed<TokenList> {
  const tokens = scan(sourceOf(text, file), "normal");
  return { result: tokens, diagnostics: isPlain(tokens) ? [] : parseTokens(tokens).diagnostics };
}

/** The text of a file; a byte order mark is skipped, as HCL does, but counts as bytes. */
function sourceOf(text: string | Uint8Array, file: string, at: SourcePos = FILE_START): SourceText {
  const whole = typeof text === "string" ? text : decodeSource(text);
  if (!whole.startsWith("\ufeff")) return new SourceText(file, whole, at);
  return new SourceText(file, whole.slice(1), { ...at, byte: at.byte + 3 });
}

/** One expression; newlines inside it mean nothing. `at` is where the text begins in its file. */
export function parseExpressionText(text: string, file: string, at?: SourcePos): Parsed<Expression> {
  const reader = new TokenReader(scan(sourceOf(text, file, at), "normal"), parseExpression);
  reader.pushNewlines(false);
  const result = parseExpression(reader);
  const next = reader.peek();
  if (next.type !== T.eof && !reader.recovering) {
    const detail = "An expression was successfully parsed, but extra characters were found after it.";
    reader.error("hcl/extra-characters", "Extra characters after expression", detail, next);
  }
  return { result, diagnostics: reader.diagnostics };
}

/** A text as a template, the way a template file or a JSON string is one. */
export function parseTemplateText(text: string, file: string, at?: SourcePos): Parsed<Expression> {
  const reader = new TokenReader(scan(sourceOf(text, file, at), "template"), parseExpression);
  const result = parseBareTemplate(reader);
  return { result, diagnostics: reader.diagnostics };
}
