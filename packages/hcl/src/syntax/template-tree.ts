import { stringValue } from "../values/value.ts";
import { between, type Expression, rangeOf, type Span } from "./ast.ts";
import { placeholder } from "./partial.ts";
import { rangeText } from "./range-text.ts";
import type { TokenReader } from "./token-reader.ts";

/** One piece of a template: literal text, an interpolation, a directive, or the end of it all. */
export type TemplatePart = Span &
  (
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "interpolation"; readonly expression: Expression }
    | { readonly kind: "if"; readonly condition: Expression }
    | {
        readonly kind: "for";
        readonly keyName: string;
        readonly valueName: string;
        readonly collection: Expression;
      }
    | { readonly kind: "else" | "endif" | "endfor" }
    | { readonly kind: "end" }
  );

type If = Extract<TemplatePart, { kind: "if" }>;
type For = Extract<TemplatePart, { kind: "for" }>;

/** Pairs the directives of a template and gives the expressions that it concatenates. */
export function buildTemplate(reader: TokenReader, parts: readonly TemplatePart[]): Expression[] {
  return new TreeBuilder(reader, parts).root();
}

class TreeBuilder {
  private readonly reader: TokenReader;
  private readonly parts: readonly TemplatePart[];
  private at = 0;
  private gaveUp = false;

  constructor(reader: TokenReader, parts: readonly TemplatePart[]) {
    this.reader = reader;
    this.parts = parts;
  }

  root(): Expression[] {
    const out: Expression[] = [];
    while (this.peek().kind !== "end") out.push(this.expression());
    return out;
  }

  private peek(): TemplatePart {
    return (this.parts[this.at] ?? this.parts.at(-1)) as TemplatePart;
  }

  private expression(): Expression {
    return this.reader.nested(() => this.one()) ?? this.skip();
  }

  private skip(): Expression {
    this.gaveUp = true;
    this.at = this.parts.length - 1;
    return placeholder(this.peek());
  }

  private one(): Expression {
    const part = this.peek();
    this.at++;
    switch (part.kind) {
      case "text": {
        const { source, start, end } = part;
        return { kind: "literal", value: stringValue(part.text), source, start, end };
      }
      case "interpolation":
        return part.expression;
      case "if":
        return this.conditional(part);
      case "for":
        return this.loop(part);
      default:
        return this.unexpected(part, "The control directives within this template are unbalanced.");
    }
  }

  private unexpected(part: TemplatePart, detail: string): Expression {
    // Said already, about a directive too deep inside.
    if (this.gaveUp) return placeholder(part);
    const summary = part.kind === "end" ? "Unexpected end of template" : `Unexpected ${part.kind} directive`;
    this.reader.error("hcl/unbalanced-directive", summary, detail, part);
    return placeholder(part);
  }

  private conditional(open: If): Expression {
    const then: Expression[] = [];
    const otherwise: Expression[] = [];
    let current = then;
    for (;;) {
      const next = this.peek();
      if (next.kind === "end") {
        return this.unexpected(
          next,
          `The if directive at ${rangeText(rangeOf(open))} is missing its corresponding endif directive.`,
        );
      }
      if (next.kind === "else") {
        this.at++;
        if (current === otherwise) {
          return this.unexpected(next, `Already in the else clause for the if started at ${rangeText(rangeOf(open))}.`);
        }
        current = otherwise;
      } else if (next.kind === "endfor") {
        this.at++;
        return this.unexpected(next, `Expecting an endif directive for the if started at ${rangeText(rangeOf(open))}.`);
      } else if (next.kind === "endif") {
        this.at++;
        const whole = between(open, next);
        return {
          kind: "conditional",
          condition: open.condition,
          then: this.sequence(then, open.end),
          otherwise: this.sequence(otherwise, next.start),
          ...whole,
        };
      } else current.push(this.expression());
    }
  }

  private loop(open: For): Expression {
    const content: Expression[] = [];
    for (;;) {
      const next = this.peek();
      if (next.kind === "end") {
        return this.unexpected(
          next,
          `The for directive at ${rangeText(rangeOf(open))} is missing its corresponding endfor directive.`,
        );
      }
      if (next.kind === "else" || next.kind === "endif") {
        this.at++;
        const detail =
          next.kind === "else"
            ? "An else clause is not expected for a for directive."
            : `Expecting an endfor directive corresponding to the for directive at ${rangeText(rangeOf(open))}.`;
        return this.unexpected(next, detail);
      }
      if (next.kind === "endfor") {
        this.at++;
        const whole = between(open, next);
        const tuple: Expression = {
          kind: "for",
          keyName: open.keyName,
          valueName: open.valueName,
          collection: open.collection,
          key: undefined,
          value: this.sequence(content, open.end),
          condition: undefined,
          group: false,
          object: false,
          open,
          close: next,
          ...whole,
        };
        return { kind: "join", tuple, ...whole };
      }
      content.push(this.expression());
    }
  }

  /** Expressions as one template; an empty one is an empty text at `at`. */
  private sequence(parts: readonly Expression[], at: number): Expression {
    const first = parts[0];
    const last = parts.at(-1);
    if (!first || !last) {
      const { source } = this.reader;
      const span = { source, start: at, end: at };
      return { kind: "template", parts: [{ kind: "literal", value: stringValue(""), ...span }], ...span };
    }
    return { kind: "template", parts, ...between(first, last) };
  }
}
