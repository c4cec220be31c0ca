import { goQuote } from "@kiln/sdk";
import { byteLength } from "../go/go-string.ts";
import { readCharacter, readComplex, readNumber } from "../go/number-literal.ts";
import { unquote } from "../go/quote.ts";
import type { TextSpan } from "../problem.ts";
import type { CommandNode, IdentifierNode, OperandNode, PipeNode, VariableNode } from "./ast.ts";
import { ParseFailure } from "./parse-failure.ts";
import { printNode } from "./print.ts";
import type { Token } from "./token.ts";
import type { TokenSource } from "./token-source.ts";

/** What pipelines of one template tree share while it is parsed. */
export interface Scope {
  readonly tokens: TokenSource;
  /** Variables that are known here, `$` first. */
  readonly variables: string[];
  /** Line of the `{{` whose action is being read; 0 outside. */
  actionLine: number;
  parenDepth: number;
}

/** Go allows 10,000; nobody writes 100, and each level costs stack. */
const maxParenDepth = 400;

const operandStarts: ReadonlySet<string> = new Set([
  "bool",
  "character",
  "complex",
  ".",
  "field",
  "identifier",
  "number",
  "nil",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);

const literalKinds: ReadonlySet<string> = new Set(["bool", "dot", "nil", "number", "string"]);

/** Go's `%q` of a token: long ones are cut. */
function shown(token: Token): string {
  if (token.kind === "eof") return "EOF";
  if (token.kind === "error") return token.text;
  if (/^(\.|block|break|continue|define|else|end|if|nil|range|template|with)$/.test(token.kind))
    return `<${token.text}>`;
  if (byteLength(token.text) <= 10) return goQuote(token.text);
  return `${goQuote(Array.from(token.text).slice(0, 10).join(""))}...`;
}

/** Parses pipelines: what stands inside an action. */
export class ExpressionParser {
  readonly #name: string;
  readonly #hasFunction: (name: string) => boolean;

  constructor(name: string, hasFunction: (name: string) => boolean) {
    this.#name = name;
    this.#hasFunction = hasFunction;
  }

  /** Stops parsing; the line in the message is the latest token's, as in Go. */
  fail(
    scope: Scope,
    reason: string,
    span?: TextSpan,
    extra: { code?: `template/${string}`; name?: string } = {},
  ): never {
    const latest = scope.tokens.latest;
    throw new ParseFailure(reason, latest?.line ?? 0, span ?? latest ?? { start: 0, end: 0 }, extra);
  }

  unexpected(scope: Scope, token: Token, context: string): never {
    if (token.kind !== "error") this.fail(scope, `unexpected ${shown(token)} in ${context}`, token);
    let reason = token.text;
    if (scope.actionLine !== 0 && scope.actionLine !== token.line) {
      const place = `started at ${this.#name}:${scope.actionLine}`;
      reason += token.text.endsWith(" action") ? ` ${place}` : ` in action ${place}`;
    }
    return this.fail(scope, reason, token);
  }

  /** Declarations and commands up to `end`, which is taken. */
  pipeline(scope: Scope, context: string, end: "rightDelim" | "rightParen"): PipeNode {
    const { tokens } = scope;
    const first = tokens.peekNonSpace();
    const { declarations, isAssignment } = this.#declarations(scope, context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = tokens.nextNonSpace();
      if (token.kind === end) {
        this.#check(scope, commands, context);
        const last = commands.at(-1)?.span.end ?? first.end;
        const span = { start: first.start, end: Math.max(last, first.start) };
        return { kind: "pipe", at: first.start, span, declarations, isAssignment, commands };
      }
      if (!operandStarts.has(token.kind)) this.unexpected(scope, token, context);
      tokens.back(token);
      commands.push(this.#command(scope));
    }
  }

  #declarations(scope: Scope, context: string): Pick<PipeNode, "declarations" | "isAssignment"> {
    const { tokens } = scope;
    const declarations: VariableNode[] = [];
    for (;;) {
      const token = tokens.peekNonSpace();
      if (token.kind !== "variable") return { declarations, isAssignment: false };
      tokens.next();
      const after = tokens.peek();
      const next = tokens.peekNonSpace();
      if (next.kind === "assign" || next.kind === "declare") {
        tokens.nextNonSpace();
        declarations.push(variableNode(token, token.text, token.start));
        scope.variables.push(token.text);
        return { declarations, isAssignment: next.kind === "assign" };
      }
      if (next.kind === "char" && next.text === ",") {
        tokens.nextNonSpace();
        declarations.push(variableNode(token, token.text, token.start));
        scope.variables.push(token.text);
        if (context === "range" && declarations.length < 2) {
          if (["variable", "rightDelim", "rightParen"].includes(tokens.peekNonSpace().kind)) continue;
          this.fail(scope, "range can only initialize variables");
        }
        this.fail(scope, `too many declarations in ${context}`, token);
      }
      // An argument after all: what was looked at goes back, the space between included.
      if (after.kind === "space") tokens.back(token, after);
      else tokens.back(token);
      return { declarations, isAssignment: false };
    }
  }

  #check(scope: Scope, commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) this.fail(scope, `missing value for ${context}`);
    for (const [i, command] of commands.entries()) {
      if (i > 0 && literalKinds.has(command.args[0].kind)) {
        this.fail(scope, `non executable command in pipeline stage ${i + 1}`, command.span);
      }
    }
  }

  #command(scope: Scope): CommandNode {
    const { tokens } = scope;
    const start = tokens.peekNonSpace().start;
    const args: OperandNode[] = [];
    let end = start;
    for (;;) {
      tokens.peekNonSpace();
      const operand = this.#operand(scope);
      if (operand) {
        args.push(operand);
        end = tokens.lastEnd;
      }
      const token = tokens.next();
      if (token.kind === "space") continue;
      if (token.kind === "rightDelim" || token.kind === "rightParen") tokens.back(token);
      else if (token.kind !== "pipe") this.unexpected(scope, token, "operand");
      break;
    }
    const [first, ...rest] = args;
    if (!first) return this.fail(scope, "empty command");
    return { kind: "command", at: start, span: { start, end }, args: [first, ...rest] };
  }

  #operand(scope: Scope): OperandNode | undefined {
    const { tokens } = scope;
    const term = this.#term(scope);
    if (!term || tokens.peek().kind !== "field") return term;
    const at = tokens.peek().start;
    const fields: string[] = [];
    while (tokens.peek().kind === "field") fields.push(tokens.next().text.slice(1));
    const [first = "", ...rest] = fields;
    const span = { start: term.span.start, end: tokens.lastEnd };
    if (term.kind === "field") return { kind: "field", at, span, names: [...term.names, first, ...rest] };
    if (term.kind === "variable") return { kind: "variable", at, span, names: [...term.names, first, ...rest] };
    if (literalKinds.has(term.kind)) this.fail(scope, `unexpected . after term ${goQuote(printNode(term))}`, span);
    return { kind: "chain", at, span, operand: term, names: [first, ...rest] };
  }

  #term(scope: Scope): OperandNode | undefined {
    const token = scope.tokens.nextNonSpace();
    const placed = { at: token.start, span: { start: token.start, end: token.end } };
    switch (token.kind) {
      case "identifier":
        return this.#identifier(scope, token);
      case ".":
        return { kind: "dot", ...placed };
      case "nil":
        return { kind: "nil", ...placed };
      case "bool":
        return { kind: "bool", ...placed, value: token.text === "true" };
      case "variable":
        if (!scope.variables.includes(token.text)) {
          const about = { code: "template/undefined-variable", name: token.text } as const;
          this.fail(scope, `undefined variable ${goQuote(token.text)}`, token, about);
        }
        return variableNode(token, token.text, token.start);
      case "field":
        return { kind: "field", ...placed, names: [token.text.slice(1)] };
      case "character":
      case "complex":
      case "number": {
        const read = { character: readCharacter, complex: readComplex, number: readNumber }[token.kind];
        const constant = read(token.text);
        if ("error" in constant) return this.fail(scope, constant.error, token);
        return { kind: "number", ...placed, constant, source: token.text };
      }
      case "leftParen":
        return this.#parenthesized(scope, token);
      case "string":
      case "rawString":
        return { kind: "string", ...placed, value: this.unquoted(scope, token), source: token.text };
      default:
        scope.tokens.back(token);
        return undefined;
    }
  }

  /** The text of a string token. */
  unquoted(scope: Scope, token: Token): string {
    return unquote(token.text) ?? this.fail(scope, "invalid syntax", token);
  }

  #identifier(scope: Scope, token: Token): IdentifierNode {
    if (!this.#hasFunction(token.text)) {
      const about = { code: "template/unknown-function", name: token.text } as const;
      this.fail(scope, `function ${goQuote(token.text)} not defined`, token, about);
    }
    return { kind: "identifier", at: token.start, span: { start: token.start, end: token.end }, name: token.text };
  }

  #parenthesized(scope: Scope, token: Token): PipeNode {
    if (scope.parenDepth >= maxParenDepth) this.fail(scope, "max expression depth exceeded", token);
    scope.parenDepth++;
    const pipe = this.pipeline(scope, "parenthesized pipeline", "rightParen");
    scope.parenDepth--;
    return { ...pipe, span: { start: token.start, end: scope.tokens.lastEnd } };
  }
}

function variableNode(span: TextSpan, name: string, at: number): VariableNode {
  return { kind: "variable", at, span: { start: span.start, end: span.end }, names: [name] };
}
