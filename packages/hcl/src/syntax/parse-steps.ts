import { UNKNOWN, type Value } from "../values/value.ts";
import { between, type Expression, type ItemSymbol, isPlainString, type Span, type Step } from "./ast.ts";
import { broken, lost, numberLiteral } from "./partial.ts";
import { T } from "./token.ts";
import type { Token, TokenReader } from "./token-reader.ts";

/** How many attributes, indexes and splats may follow one term. */
const MAX_STEPS = 2000;

/** The attributes, indexes and splats that follow an expression, applied to it. */
export function parseSteps(reader: TokenReader, from: Expression): Expression {
  let result = from;
  const mark = reader.diagnostics.length;
  for (let count = 0; ; count++) {
    const type = reader.peekType();
    if (type !== T.dot && type !== T.oBrack) return result;
    if (count >= MAX_STEPS) {
      const detail = `At most ${MAX_STEPS} attributes and indexes may follow one term.`;
      reader.error("hcl/nesting-too-deep", "Nesting too deep", detail, reader.peek());
      reader.recovering = true;
      return result;
    }
    if (type === T.oBrack) result = afterBracket(reader, from, result);
    else {
      const next = afterDot(reader, from, result);
      result = next.kind === "dot" ? broken(reader, mark, between(from, next)) : next;
    }
  }
}

/** The expression with one more constant step; steps gather in one node. */
function extended(result: Expression, step: Step): Expression {
  if (result.kind === "reference" || result.kind === "traversal") {
    // The list is only ever shared with the node that this one replaces.
    (result.steps as Step[]).push(step);
    return { ...result, end: step.end };
  }
  return { kind: "traversal", from: result, steps: [step], ...between(result, step) };
}

interface DanglingDot extends Span {
  readonly kind: "dot";
}

function invalidName(reader: TokenReader, subject: Span): void {
  reader.error(
    "hcl/invalid-attribute-name",
    "Invalid attribute name",
    "An attribute name is required after a dot.",
    subject,
  );
}

/** The expression with what follows a dot; only the dot where that is nothing. */
function afterDot(reader: TokenReader, from: Expression, result: Expression): Expression | DanglingDot {
  const dot = reader.read();
  const next = reader.peek();
  if (next.type === T.ident) {
    reader.read();
    return extended(result, { kind: "attribute", name: reader.textOf(next), ...between(dot, next) });
  }
  if (next.type === T.number) {
    reader.read();
    return extended(result, { kind: "index", key: legacyIndex(reader, next), ...between(dot, next) });
  }
  if (next.type === T.star) return attributeSplat(reader, from, result, dot);
  invalidName(reader, next);
  reader.recovering = true;
  return { kind: "dot", ...between(dot, dot) };
}

/** `a.0`, an index from before HCL had brackets; `a.0.1` scans as one number and is refused, in a splat at its star. */
function legacyIndex(reader: TokenReader, token: Token, star?: Token): Value {
  const text = reader.textOf(token);
  const point = text.indexOf(".");
  if (point < 0) return numberLiteral(reader, token).value;
  const proper = star ? "syntax with a full splat expression [*] instead" : "syntax instead";
  const detail = `When using the legacy index syntax, chaining two indexes together is not permitted. Use the proper index ${proper}, like [${text.slice(0, point)}][${text.slice(point + 1)}].`;
  reader.error("hcl/legacy-index", "Invalid legacy index syntax", detail, star ?? token);
  return UNKNOWN;
}

/** `a.*.b.c`: only attributes and legacy indexes belong to each element. */
function attributeSplat(reader: TokenReader, from: Expression, result: Expression, dot: Token): Expression {
  const star = reader.read();
  const marker = between(dot, star);
  const item: ItemSymbol = { kind: "item", ...marker };
  const steps: Step[] = [];
  const first = reader.peek();
  let last: Span = star;
  while (reader.peekType() === T.dot) {
    const inner = reader.read();
    const next = reader.peek();
    if (next.type === T.number) {
      reader.read();
      steps.push({ kind: "index", key: legacyIndex(reader, next, star), ...between(inner, next) });
    } else if (next.type === T.ident) {
      reader.read();
      steps.push({ kind: "attribute", name: reader.textOf(next), ...between(inner, next) });
    } else {
      if (!reader.recovering) {
        if (next.type === T.star) {
          const detail = "A splat expression (*) cannot be used inside another attribute-only splat expression.";
          reader.error("hcl/nested-splat", "Nested splat expression not allowed", detail, next);
        } else invalidName(reader, star);
      }
      reader.recovering = true;
      return result;
    }
    last = next;
  }
  const each: Expression =
    steps.length === 0 ? item : { kind: "traversal", from: item, steps, ...between(first, last) };
  return { kind: "splat", from: result, each, item, marker, ...between(from, last) };
}

function afterBracket(reader: TokenReader, from: Expression, result: Expression): Expression {
  const open = reader.read();
  if (reader.peekType() === T.star) {
    reader.read();
    let close = reader.read();
    if (close.type !== T.cBrack && !reader.recovering) {
      close = reader.recover(T.cBrack);
      const detail = 'The star for a full splat operator must be immediately followed by a closing bracket ("]").';
      reader.error("hcl/missing-bracket", "Missing close bracket on splat index", detail, close);
    }
    const marker = between(open, close);
    const item: ItemSymbol = { kind: "item", ...marker };
    const each = reader.nested(() => parseSteps(reader, item)) ?? item;
    return { kind: "splat", from: result, each, item, marker, ...between(from, each) };
  }
  reader.pushNewlines(false);
  const mark = reader.diagnostics.length;
  const key = reader.expression();
  let close: Token;
  if (lost(reader, mark)) close = reader.recover(T.cBrack);
  else {
    close = reader.read();
    if (close.type !== T.cBrack && !reader.recovering) {
      close = reader.recover(T.cBrack);
      const detail = 'The index operator must end with a closing bracket ("]").';
      reader.error("hcl/missing-bracket", "Missing close bracket on index", detail, close);
    }
  }
  reader.popNewlines();
  const brackets = between(open, close);
  if (key.kind === "literal") return extended(result, { kind: "index", key: key.value, ...brackets });
  if (isPlainString(key)) {
    const [part] = key.parts;
    if (part?.kind === "literal") return extended(result, { kind: "index", key: part.value, ...brackets });
  }
  return { kind: "index", collection: result, key, brackets, ...between(from, brackets) };
}
