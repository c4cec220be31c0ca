import { append } from "@kiln/sdk";
import { type Attribute, type Block, between, type NativeBody, rangeOf, type Span } from "./ast.ts";
import { lost } from "./partial.ts";
import { rangeText } from "./range-text.ts";
import { literalText } from "./string-literal.ts";
import { T } from "./token.ts";
import type { Token, TokenReader } from "./token-reader.ts";

const NOT_AN_ITEM = "An argument or block definition is required here.";
const UNCLOSED =
  "There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.";
const NEEDS_EQUALS = `${NOT_AN_ITEM} To set an argument, use the equals sign "=" to introduce the argument value.`;

function required(reader: TokenReader, detail: string, subject: Span): void {
  reader.error("hcl/invalid-item", "Argument or block definition required", detail, subject);
}

function bodyOf(
  span: Span,
  endSpan: Span,
  attributes: ReadonlyMap<string, Attribute> = new Map(),
  blocks: readonly Block[] = [],
): NativeBody {
  return { attributes, blocks, endSpan, source: span.source, start: span.start, end: span.end };
}

/** The empty place behind something. */
function endOf({ source, end }: Span): Span {
  return { source, start: end, end };
}

/** Arguments and blocks up to the end of the file, or to the brace that closes a block. */
export function parseBody(reader: TokenReader, end: typeof T.eof | typeof T.cBrace): NativeBody {
  const attributes = new Map<string, Attribute>();
  const blocks: Block[] = [];
  const start = reader.previous();
  let last: Span;
  for (;;) {
    const type = reader.peekType();
    if (type === end) {
      last = reader.read();
      break;
    }
    if (type === T.newline) {
      reader.read();
      continue;
    }
    if (type === T.ident) {
      item(reader, attributes, blocks);
      continue;
    }
    const bad = reader.read();
    if (!reader.recovering) notAnItem(reader, bad, start, end);
    // Arbitrary, but inside the body.
    last = reader.previous();
    reader.recover(end);
    break;
  }
  return bodyOf(between(start, last), endOf(last), attributes, blocks);
}

function notAnItem(reader: TokenReader, bad: Token, start: Span, end: number): void {
  if (bad.type === T.oQuote) {
    reader.error("hcl/invalid-item", "Invalid argument name", "Argument names must not be quoted.", bad);
  } else if (bad.type === T.eof && end === T.cBrace) {
    reader.error("hcl/unclosed-block", "Unclosed configuration block", UNCLOSED, start);
  } else required(reader, NOT_AN_ITEM, bad);
}

function item(reader: TokenReader, attributes: Map<string, Attribute>, blocks: Block[]): void {
  const name = reader.read();
  const next = reader.peekType();
  if (next === T.equal) {
    const made = attribute(reader, name, false);
    const earlier = attributes.get(made.name);
    if (!earlier) attributes.set(made.name, made);
    else {
      const where = rangeText(rangeOf(earlier.nameSpan));
      const detail = `The argument "${made.name}" was already set at ${where}. Each argument may be set only once.`;
      reader.error("hcl/duplicate-attribute", "Attribute redefined", detail, made.nameSpan);
    }
  } else if (next === T.oQuote || next === T.oBrace || next === T.ident) {
    blocks.push(block(reader, name));
  } else {
    reader.recoverAfterItem();
    required(reader, NEEDS_EQUALS, name);
  }
}

function attribute(reader: TokenReader, name: Token, singleLine: boolean): Attribute {
  const equals = reader.read();
  const mark = reader.diagnostics.length;
  const expression = reader.expression();
  const last = reader.previous();
  if (lost(reader, mark)) reader.recoverAfterItem();
  else if (!singleLine) {
    const end = reader.peek();
    if (end.type === T.newline || end.type === T.eof) reader.read();
    else {
      if (!reader.recovering) {
        const comma = end.type === T.comma;
        const lead = comma ? "Argument definitions must be separated by newlines, not commas. " : "";
        reader.error(
          "hcl/missing-newline",
          comma ? "Unexpected comma after argument" : "Missing newline after argument",
          `${lead}An argument definition must end with a newline.`,
          end,
          between(name, end),
        );
      }
      reader.recoverAfterItem();
    }
  }
  return {
    name: reader.textOf(name),
    expression,
    nameSpan: name,
    equalsSpan: equals,
    ...between(name, last),
  };
}

function block(reader: TokenReader, name: Token): Block {
  const labels: string[] = [];
  const labelSpans: Span[] = [];
  const type = reader.textOf(name);
  for (;;) {
    const next = reader.peek();
    if (next.type === T.oBrace) break;
    if (next.type === T.oQuote) {
      const label = quotedLabel(reader);
      labels.push(label.text);
      labelSpans.push(label.span);
    } else if (next.type === T.ident) {
      labels.push(reader.textOf(reader.read()));
      labelSpans.push(next);
    } else {
      badHeader(reader, name, next);
      reader.recoverAfterItem();
      const { source, start, end } = name;
      const body = bodyOf(name, name);
      return { type, labels, body, typeSpan: name, labelSpans, openBrace: name, closeBrace: name, source, start, end };
    }
  }
  const open = reader.read();
  const read = reader.nested(() => blockBody(reader, open)) ?? tooDeep(reader, open);
  const close = reader.previous();
  const body = read === "nothing" ? bodyOf(between(open, close), close) : read;
  const after = reader.peek();
  if (after.type === T.newline || after.type === T.eof) reader.read();
  else {
    if (!reader.recovering) {
      const detail = "A block definition must end with a newline.";
      const context = between(name, after);
      reader.error("hcl/missing-newline", "Missing newline after block definition", detail, after, context);
    }
    reader.recoverAfterItem();
  }
  return {
    type,
    labels,
    body,
    typeSpan: name,
    labelSpans,
    openBrace: open,
    closeBrace: close,
    ...between(name, close),
  };
}

function tooDeep(reader: TokenReader, open: Token): NativeBody {
  reader.recover(T.cBrace);
  return bodyOf(open, open);
}

function badHeader(reader: TokenReader, name: Token, next: Token): void {
  const say = (detail: string): void =>
    reader.error("hcl/invalid-block", "Invalid block definition", detail, next, between(name, next));
  if (next.type === T.equal) {
    say('The equals sign "=" indicates an argument definition, and must not be used when defining a block.');
  } else if (next.type === T.newline) {
    say(
      'A block definition must have block content delimited by "{" and "}", starting on the same line as the block header.',
    );
  } else if (!reader.recovering) {
    say('Either a quoted string block label or an opening brace ("{") is expected here.');
  }
}

function blockBody(reader: TokenReader, open: Token): NativeBody | "nothing" {
  const first = reader.peekType();
  if (first === T.newline || first === T.eof || first === T.cBrace) return parseBody(reader, T.cBrace);
  const mark = reader.diagnostics.length;
  const body = singleAttribute(reader);
  const inside = reader.diagnostics.splice(mark);
  singleLineEnd(reader, open);
  // What is wrong with the line comes before what is wrong on it.
  append(reader.diagnostics, inside);
  return body;
}

/** The brace that must follow the one argument; skips to behind it where something else does. */
function singleLineEnd(reader: TokenReader, open: Token): void {
  const next = reader.peek();
  const say = (detail: string): void =>
    reader.error("hcl/invalid-block", "Invalid single-argument block definition", detail, next);
  if (next.type === T.cBrace) {
    reader.read();
    return;
  }
  if (next.type === T.comma) {
    say(
      "Single-line block syntax can include only one argument definition. To define multiple arguments, use the multi-line block syntax with one argument definition per line.",
    );
  } else if (next.type === T.newline) {
    say(
      "An argument definition on the same line as its containing block creates a single-line block definition, which must also be closed on the same line. Place the block's closing brace immediately after the argument definition.",
    );
  } else if (next.type === T.eof && !reader.recovering) {
    reader.error("hcl/unclosed-block", "Unclosed configuration block", UNCLOSED, open);
  } else if (!reader.recovering) {
    say(
      "A single-line block definition must end with a closing brace immediately after its single argument definition.",
    );
  }
  reader.recover(T.cBrace);
}

/** The one argument of a block on a single line. */
function singleAttribute(reader: TokenReader): NativeBody | "nothing" {
  const name = reader.read();
  const after = reader.peek();
  const next = name.type === T.ident ? after.type : T.eof;
  if (name.type === T.ident && next === T.equal) {
    const made = attribute(reader, name, true);
    return bodyOf(made, endOf(made), new Map([[made.name, made]]));
  }
  reader.recoverAfterItem();
  if (name.type !== T.ident) required(reader, NOT_AN_ITEM, name);
  else if (next === T.oQuote || next === T.oBrace || next === T.ident) {
    const detail = `A single-line block definition can contain only a single argument. If you meant to define argument "${reader.textOf(name)}", use an equals sign to assign it a value. To define a nested block, place it on a line of its own within its parent block.`;
    reader.error("hcl/invalid-block", "Argument definition required", detail, between(name, after));
  } else required(reader, NEEDS_EQUALS, name);
  return "nothing";
}

/** A quoted block label: text only, no sequences. */
function quotedLabel(reader: TokenReader): { readonly text: string; readonly span: Span } {
  const open = reader.read();
  let text = "";
  for (;;) {
    const token = reader.read();
    const context = between(open, token);
    switch (token.type) {
      case T.cQuote:
        return { text: text.normalize("NFC"), span: context };
      case T.quotedLit:
        text += literalText(reader, token, true);
        break;
      case T.templateInterp:
      case T.templateControl: {
        const sign = token.type === T.templateControl ? "%" : "$";
        const detail = `Template sequences are not allowed in this string. To include a literal "${sign}", double it (as "${sign}${sign}") to escape it.`;
        reader.error("hcl/invalid-string", "Invalid string literal", detail, token, context);
        text += `${sign}{ ... }`;
        reader.recover(T.templateSeqEnd);
        break;
      }
      case T.eof: {
        const detail = "Unable to find the closing quote mark before the end of the file.";
        reader.error("hcl/unterminated-string", "Unterminated string literal", detail, token, context);
        return { text, span: context };
      }
      default:
        reader.error(
          "hcl/invalid-string",
          "Invalid string literal",
          "This item is not valid in a string literal.",
          token,
          context,
        );
        reader.recover(T.cQuote);
        return { text, span: context };
    }
  }
}
