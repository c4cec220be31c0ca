import type { Expression, ScriptBody, Statement } from "./ast.ts";
import { numberFrom, numberPattern } from "./numbers.ts";
import { StringParser } from "./string-parser.ts";

/** Binary operators by how tightly they bind, loosest first. */
const levels: readonly RegExp[] = [
  /-(?:and|or|xor)(?![\w-])/iy,
  /-(?:band|bor|bxor)(?![\w-])/iy,
  /-(?:[ci]?(?:eq|ne|gt|ge|lt|le|like|notlike|match|notmatch|contains|notcontains|in|notin|replace|split)|isnot|is|as|join|shl|shr)(?![\w-])/iy,
  /\+(?!\+)|-(?![-A-Za-z])/y,
  /[*/%](?!=)/y,
  /-f(?![\w-])/iy,
  /\.\.(?!\.)/y,
];
const unaryWords = /-(?:not|bnot|[ci]?split|join)(?![\w-])/iy;
const typeName = /\[\s*([A-Za-z_][\w.+]*(?:\[\s*\]|\[[A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)*\])?(?:\[\s*\])*)\s*\]/y;
/** What ends an assignment's or increment's operand. */
const assignment = /(?:\+|-|\*|\/|%)?=(?!=)/y;

/** Expressions: operators, literals, members. */
export abstract class ExpressionParser extends StringParser {
  protected abstract pipelineIn(close: string): Statement;
  protected abstract statementValue(): Statement;
  protected abstract scriptBody(close: string): ScriptBody;

  expression(): Expression {
    return this.level(0);
  }

  /** The assignment operator that stands here, if one does. */
  protected assignmentOperator(): string | undefined {
    this.skipBlanks();
    return this.takes(assignment);
  }

  /** An expression where a comma separates and makes no array. */
  protected expressionInList(): Expression {
    return this.level(0, () => this.unary());
  }

  /** Operators of one level and tighter; `operand` reads what stands between them. */
  private level(index: number, operand: () => Expression = () => this.list(() => this.unary())): Expression {
    const pattern = levels[index];
    if (!pattern) return operand();
    const start = this.at;
    let left = this.level(index + 1, operand);
    for (;;) {
      const back = this.at;
      this.skipBlanks();
      const isAssignment = this.matches(assignment) !== undefined;
      const found = isAssignment ? undefined : this.takes(pattern);
      if (found === undefined) {
        this.at = back;
        return left;
      }
      this.skipLines();
      const right = this.level(index + 1, operand);
      left = { kind: "binary", operator: found.toLowerCase(), left, right, ...this.extent(start) };
    }
  }

  /** One item, or a list of several with commas between them. */
  protected list(item: () => Expression): Expression {
    const start = this.at;
    const items = [item()];
    for (;;) {
      const back = this.at;
      this.skipBlanks();
      if (this.char() !== ",") {
        this.at = back;
        break;
      }
      this.at++;
      this.skipLines();
      items.push(item());
    }
    const [only] = items;
    if (items.length === 1 && only) return only;
    return { kind: "list", items, ...this.extent(start) };
  }

  private unary(): Expression {
    this.skipBlanks();
    const start = this.at;
    const word = this.takes(unaryWords);
    if (word !== undefined) return this.unaryOf(word.toLowerCase(), start);
    const char = this.char();
    if (char === "!" || char === ",") {
      this.at++;
      return this.unaryOf(char, start);
    }
    if (this.sees("++") || this.sees("--")) {
      this.at += 2;
      this.skipBlanks();
      return { kind: "step", by: char === "+" ? 1 : -1, isPrefix: true, target: this.unary(), ...this.extent(start) };
    }
    if ((char === "-" || char === "+") && !/[.\d]/.test(this.char(1))) {
      this.at++;
      return this.unaryOf(char, start);
    }
    return this.typeOrCast() ?? this.postfix();
  }

  private unaryOf(operator: string, start: number): Expression {
    this.skipLines();
    return { kind: "unary", operator, operand: this.unary(), ...this.extent(start) };
  }

  private typeOrCast(): Expression | undefined {
    if (this.char() !== "[") return undefined;
    const start = this.at;
    const match = this.matches(typeName);
    if (!match) throw this.failure("UnexpectedToken", "Missing type name after '['.");
    this.at += match[0].length;
    const name = (match[1] ?? "").replace(/\s/g, "");
    if (this.sees("::")) return this.postfixOf({ kind: "type", name, ...this.extent(start) }, start);
    const back = this.at;
    this.skipBlanks();
    if (
      /[$"'@({[\d\u2018-\u201e,!]/.test(this.char()) ||
      /^[-+][$\d(.]/.test(this.slice(this.at, this.at + 2)) ||
      this.matches(unaryWords)
    ) {
      // `[a][b]` on its own are two types; a bracket that no type begins is an index.
      const operand = this.unary();
      return { kind: "cast", type: name, operand, ...this.extent(start) };
    }
    this.at = back;
    return this.postfixOf({ kind: "type", name, ...this.extent(start) }, start);
  }

  private postfix(): Expression {
    const start = this.at;
    return this.postfixOf(this.primary(), start);
  }

  /** Members, indexes, calls, `++` after an expression. */
  protected postfixOf(first: Expression, start: number): Expression {
    let target = first;
    for (;;) {
      const char = this.char();
      if (char === "." && /[\w"'$({]/.test(this.char(1)) && this.char(1) !== "." && !this.isRange()) {
        this.at++;
        target = this.memberOf(target, false, start);
      } else if (this.sees("::")) {
        this.at += 2;
        target = this.memberOf(target, true, start);
      } else if (char === "[") {
        this.at++;
        this.skipLines();
        const index = this.expression();
        this.expect("]", "Missing ']' after array index expression.");
        target = { kind: "index", target, index, ...this.extent(start) };
      } else if (this.sees("++") || this.sees("--")) {
        this.at += 2;
        target = { kind: "step", by: char === "+" ? 1 : -1, isPrefix: false, target, ...this.extent(start) };
      } else return target;
    }
  }

  private isRange(): boolean {
    return this.sees("..");
  }

  private memberOf(target: Expression, isStatic: boolean, start: number): Expression {
    const at = this.at;
    const word = this.takes(/[A-Za-z_]\w*/y);
    const name: Expression =
      word === undefined ? this.primary() : { kind: "literal", value: word, source: word, ...this.extent(at) };
    if (this.char() !== "(") return { kind: "member", target, name, isStatic, ...this.extent(start) };
    this.at++;
    const args = this.callArguments();
    return { kind: "invoke", target, name, isStatic, args, ...this.extent(start) };
  }

  private callArguments(): Expression[] {
    const args: Expression[] = [];
    this.skipLines();
    while (this.char() !== ")") {
      // A comma separates arguments here and makes no array.
      args.push(this.expressionInList());
      this.skipLines();
      if (this.char() === ",") {
        this.at++;
        this.skipLines();
      } else if (this.char() !== ")")
        throw this.failure("MissingEndParenthesisInMethodCall", "Missing ')' in method call.");
    }
    this.at++;
    return args;
  }

  /** A value without operators around it. */
  protected primary(): Expression {
    const start = this.at;
    const string = this.string();
    if (string) return string;
    const char = this.char();
    if (this.sees("$(")) return this.subExpression();
    if (char === "$") {
      const variable = this.variable();
      if (variable) return variable;
    }
    if (this.sees("@(")) {
      this.at += 2;
      const body = this.statementsUntil(")");
      this.expect(")", "Missing closing ')' in expression.");
      return { kind: "array", body, ...this.extent(start) };
    }
    if (this.sees("@{")) return this.hash();
    if (char === "(") {
      this.at++;
      const body = this.pipelineIn(")");
      this.expect(")", "Missing closing ')' in expression.");
      return { kind: "paren", body, ...this.extent(start) };
    }
    if (char === "{") {
      this.at++;
      const body = this.scriptBody("}");
      this.expect("}", "Missing closing '}' in statement block or type definition.");
      return { kind: "block", body, ...this.extent(start) };
    }
    if (char === "[") {
      const type = this.typeOrCast();
      if (type) return type;
    }
    const sign = /[+-]/.test(char) ? char : "";
    const match = /[\d.+-]/.test(char) ? this.numberAt(sign.length) : undefined;
    if (match !== undefined) {
      const value = numberFrom(match);
      this.at += match.length;
      if (value !== undefined) return { kind: "literal", value, source: match, ...this.extent(start) };
    }
    const token = this.takes(/[^\s()[\]{};,|&<>]+/y) ?? (this.at < this.source.text.length ? this.char() : "");
    throw token === ""
      ? this.failure("ExpectedValueExpression", "You must provide a value expression.", start)
      : this.failure("UnexpectedToken", `Unexpected token '${token}' in expression or statement.`, start);
  }

  private numberAt(skip: number): string | undefined {
    const back = this.at;
    this.at += skip;
    // `1..5` is a range and not `1.` with `.5`.
    const whole = this.matches(/\d+(?=\.\.)/y)?.[0];
    const found = whole ?? this.matches(numberPattern)?.[0];
    this.at = back;
    return found === undefined ? undefined : this.slice(back, back + skip + found.length);
  }

  private hash(): Expression {
    const start = this.at;
    this.at += 2;
    const entries: (readonly [Expression, Statement])[] = [];
    for (;;) {
      this.skipSeparators();
      if (this.char() === "}") break;
      const at = this.at;
      const word = this.takes(/[A-Za-z_][\w-]*(?=[ \t]*=)/y);
      const key: Expression =
        word === undefined ? this.level(0) : { kind: "literal", value: word, source: word, ...this.extent(at) };
      this.skipBlanks();
      if (this.char() !== "=")
        throw this.failure("MissingEqualsInHashLiteral", "Missing '=' operator after key in hash literal.");
      this.at++;
      this.skipLines();
      entries.push([key, this.statementValue()]);
      this.skipBlanks();
      if (!/[\r\n;}]/.test(this.char())) throw this.failure("MissingEndCurlyBrace", "The hash literal was incomplete.");
    }
    this.at++;
    return { kind: "hash", entries, ...this.extent(start) };
  }
}
