import { didYouMean, firstNear } from "../suggestion.ts";
import { stringValue } from "../values/value.ts";
import { between, type Expression, type Span } from "./ast.ts";
import { trimIndentation } from "./heredoc.ts";
import { literalText } from "./string-literal.ts";
import { buildTemplate, type TemplatePart } from "./template-tree.ts";
import { T, type TokenType } from "./token.ts";
import { closerOf, type Token, type TokenReader } from "./token-reader.ts";

/** A quoted string or heredoc, from its opening mark on. */
export function parseQuotedTemplate(reader: TokenReader): Expression {
  const plain = reader.plainString();
  if (plain) {
    const [open, text, close] = plain;
    const place = text ?? { source: close.source, start: close.end, end: close.end };
    const value = stringValue(text ? literalText(reader, text, true) : "");
    const part: Expression = { kind: "literal", value, source: place.source, start: place.start, end: place.end };
    return { kind: "template", parts: [part], ...between(open, close) };
  }
  const open = reader.read();
  const flush = open.type === T.oHeredoc && reader.textOf(open).startsWith("<<-");
  const { expressions, single } = templateInner(reader, closerOf(open.type), flush);
  const span = between(open, reader.previous());
  return single
    ? { kind: "wrap", expression: expressions[0] as Expression, ...span }
    : { kind: "template", parts: expressions, ...span };
}

/** A whole source as a template. */
export function parseBareTemplate(reader: TokenReader): Expression {
  const { expressions, single, span } = templateInner(reader, T.eof, false);
  return single
    ? { kind: "wrap", expression: expressions[0] as Expression, ...span }
    : { kind: "template", parts: expressions, ...span };
}

interface Inner {
  readonly expressions: Expression[];
  /** One interpolation and nothing else, whose value is passed on as it is. */
  readonly single: boolean;
  readonly span: Span;
}

function templateInner(reader: TokenReader, end: TokenType, flush: boolean): Inner {
  const collected = collect(reader, end);
  const { span } = collected;
  const parts = joinTexts(flush ? trimIndentation(collected.parts) : collected.parts);
  const expressions = buildTemplate(reader, parts);
  return { expressions, single: parts.length === 2 && parts[0]?.kind === "interpolation", span };
}

/** Adjacent literal texts as one. */
function joinTexts(parts: readonly TemplatePart[]): TemplatePart[] {
  const out: TemplatePart[] = [];
  let texts: string[] = [];
  const flush = (): void => {
    const last = out.at(-1);
    if (last?.kind === "text" && texts.length > 1) out[out.length - 1] = { ...last, text: texts.join("") };
    texts = [];
  };
  for (const part of parts) {
    const last = out.at(-1);
    if (part.kind === "text" && last?.kind === "text") {
      texts.push(part.text);
      out[out.length - 1] = { ...last, end: part.end };
      continue;
    }
    flush();
    if (part.kind === "text") texts = [part.text];
    out.push(part);
  }
  flush();
  return out;
}

const TRIM_END = /[\t\n\v\f\r \u0085\p{White_Space}]+$/u;
const TRIM_START = /^[\t\n\v\f\r \u0085\p{White_Space}]+/u;

/** The parts of a template up to its end token, which is read; the last part always marks the end. */
function collect(reader: TokenReader, end: TokenType): { readonly parts: TemplatePart[]; readonly span: Span } {
  const parts: TemplatePart[] = [];
  const start = reader.peek();
  const quoted = end === T.cQuote;
  let trimNext = false;
  let last: Span;
  for (;;) {
    const next = reader.read();
    last = next;
    if (next.type === end) break;
    const trim = trimNext;
    trimNext = false;
    if (next.type === T.stringLit || next.type === T.quotedLit) {
      const text = literalText(reader, next, quoted);
      const { source, start: from, end: to } = next;
      parts.push({ kind: "text", text: trim ? text.replace(TRIM_START, "") : text, source, start: from, end: to });
    } else if (next.type === T.templateInterp || next.type === T.templateControl) {
      trimBefore(reader, parts, next);
      reader.pushNewlines(false);
      trimNext =
        next.type === T.templateInterp
          ? interpolation(reader, parts, next, start, end)
          : control(reader, parts, next, start);
      reader.popNewlines();
    } else {
      if (!reader.recovering) {
        const detail = "No closing marker was found for the string.";
        reader.error("hcl/unterminated-string", "Unterminated template string", detail, next, between(start, next));
      }
      last = reader.recover(end);
      break;
    }
  }
  const { source } = start;
  if (parts.length === 0) parts.push({ kind: "text", text: "", source, start: last.end, end: last.end });
  parts.push({ kind: "end", source, start: last.start, end: last.end });
  return { parts, span: between(start, last) };
}

/** `${~` and `%{~` eat the white space before them. */
function trimBefore(reader: TokenReader, parts: TemplatePart[], opener: Token): void {
  const before = parts.at(-1);
  if (opener.end - opener.start !== 3 || before?.kind !== "text" || reader.source.text[opener.start + 2] !== "~")
    return;
  parts[parts.length - 1] = { ...before, text: before.text.replace(TRIM_END, "") };
}

/** Whether a closing brace is `~}`, which eats the white space after it. */
function trimsAfter(close: Token): boolean {
  return close.end - close.start === 2;
}

function interpolation(reader: TokenReader, parts: TemplatePart[], open: Token, start: Span, end: TokenType): boolean {
  const expression = reader.expression();
  const close = reader.peek();
  let trim = false;
  if (close.type === T.templateSeqEnd) {
    reader.read();
    trim = trimsAfter(close);
  } else {
    if (!reader.recovering) unclosed(reader, close, start, end);
    reader.recover(T.templateSeqEnd);
  }
  parts.push({ kind: "interpolation", expression, ...between(open, close) });
  return trim;
}

function unclosed(reader: TokenReader, close: Token, start: Span, end: TokenType): void {
  const missing = (place: string): void =>
    reader.error(
      "hcl/unclosed-interpolation",
      "Unclosed template interpolation sequence",
      `There is no closing brace for this interpolation sequence before the end of the ${place}. This might be caused by incorrect nesting inside the given expression.`,
      start,
    );
  if (close.type === T.eof) return missing("file");
  if ((close.type === T.cQuote || close.type === T.oQuote) && end === T.cQuote) return missing("quoted template");
  const detail =
    close.type === T.colon
      ? 'Template interpolation doesn\'t expect a colon at this location. Did you intend this to be a literal sequence to be processed as part of another language? If so, you can escape it by starting with "$${" instead of just "${".'
      : 'Expected a closing brace to end the interpolation expression, but found extra characters.\n\nThis can happen when you include interpolation syntax for another language, such as shell scripting, but forget to escape the interpolation start token. If this is an embedded sequence for another language, escape it by starting with "$${" instead of just "${".';
  const summary = "Extra characters after interpolation expression";
  reader.error("hcl/extra-characters", summary, detail, close, between(start, close));
}

const KEYWORDS = ["if", "for", "else", "endif", "endfor"];

function control(reader: TokenReader, parts: TemplatePart[], open: Token, start: Span): boolean {
  const keyword = reader.peek();
  const giveUp = (code: `hcl/${string}`, summary: string, detail: string, subject: Span): false => {
    if (!reader.recovering) reader.error(code, summary, detail, subject, between(open, subject));
    reader.recover(T.templateSeqEnd);
    return false;
  };
  if (keyword.type !== T.ident) {
    const detail = 'A template directive keyword ("if", "for", etc) is expected at the beginning of a %{ sequence.';
    return giveUp("hcl/invalid-directive", "Invalid template directive", detail, keyword);
  }
  reader.read();
  const word = reader.textOf(keyword);
  switch (word) {
    case "if": {
      const condition = reader.expression();
      parts.push({ kind: "if", condition, ...between(open, reader.peek()) });
      break;
    }
    case "else":
    case "endif":
    case "endfor":
      parts.push({ kind: word, ...between(open, reader.peek()) });
      break;
    case "for": {
      const problem = forDirective(reader, parts, open);
      if (problem !== undefined) {
        return giveUp("hcl/invalid-for", "Invalid 'for' directive", problem, reader.peek());
      }
      break;
    }
    default: {
      const hint = didYouMean(firstNear(word, KEYWORDS));
      const detail = `"${word}" is not a valid template control keyword.${hint}`;
      return giveUp("hcl/invalid-directive", "Invalid template control keyword", detail, keyword);
    }
  }
  const close = reader.peek();
  if (close.type === T.templateSeqEnd) {
    reader.read();
    return trimsAfter(close);
  }
  if (!reader.recovering) {
    const detail = "Expected a closing brace to end the sequence, but found extra characters.";
    const summary = `Extra characters in ${word} marker`;
    reader.error("hcl/extra-characters", summary, detail, close, between(start, close));
  }
  reader.recover(T.templateSeqEnd);
  return false;
}

/** `for k, v in collection`; what is wrong with it, if anything, with the reader where it went wrong. */
function forDirective(reader: TokenReader, parts: TemplatePart[], open: Token): string | undefined {
  if (reader.peekType() !== T.ident) return "For directive requires variable name after 'for'.";
  let keyName = "";
  let valueName = reader.textOf(reader.read());
  if (reader.peekType() === T.comma) {
    reader.read();
    if (reader.peekType() !== T.ident) return "For directive requires value variable name after comma.";
    keyName = valueName;
    valueName = reader.textOf(reader.read());
  }
  if (!reader.isKeyword("in")) return "For directive requires 'in' keyword after names.";
  reader.read();
  const collection = reader.expression();
  parts.push({ kind: "for", keyName, valueName, collection, ...between(open, reader.peek()) });
  return undefined;
}
