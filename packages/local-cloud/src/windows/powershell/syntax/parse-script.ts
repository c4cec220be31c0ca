import type {
  CatchClause,
  Expression,
  Parameter,
  PipelineElement,
  ScriptBody,
  Statement,
  SwitchClause,
} from "./ast.ts";
import { ParameterParser } from "./parameter-parser.ts";

/** Reads a whole script. Throws `ScriptSyntaxError` for what PowerShell refuses, `Refusal` for what only the stand-in does. */
export function parseScript(text: string, file?: string): ScriptBody {
  return new ScriptParser({ text, file }).script();
}

const refusedWords =
  /(?:class|enum|using|workflow|configuration|data|dynamicparam|parallel|sequence|inlinescript)(?=[ \t{])/iy;

class ScriptParser extends ParameterParser {
  script(): ScriptBody {
    this.takes(/\ufeff/y);
    const body = this.scriptBody("");
    if (!this.isAtEnd) {
      const token = this.char();
      this.at++;
      throw this.failure("UnexpectedToken", `Unexpected token '${token}' in expression or statement.`, this.at - 1);
    }
    return body;
  }

  protected scriptBody(close: string): ScriptBody {
    const start = this.at;
    this.skipSeparators();
    const { parameters, binding } = this.paramBlock();
    const blocks: { begin?: Statement[]; process?: Statement[]; end?: Statement[] } = {};
    for (;;) {
      this.skipSeparators();
      const word = this.takes(/(?:begin|process|end)(?=\s*\{)/iy)?.toLowerCase();
      if (word !== "begin" && word !== "process" && word !== "end") break;
      blocks[word] = this.braces();
    }
    const hasBlocks = blocks.begin ?? blocks.process ?? blocks.end;
    const rest = this.statementsUntil(close);
    if (hasBlocks && rest.length > 0)
      throw this.failure(
        "MissingNamedBlocks",
        "unexpected statement after a begin, process or end block.",
        rest[0]?.start,
      );
    const traps = rest.filter((statement) => statement.kind === "trap");
    return {
      parameters,
      binding,
      beginBlock: blocks.begin,
      processBlock: blocks.process,
      endBlock: blocks.end ?? rest.filter((statement) => statement.kind !== "trap"),
      traps,
      source: this.source,
      ...this.extent(start),
    };
  }

  protected statementsUntil(close: string): Statement[] {
    const found: Statement[] = [];
    for (;;) {
      this.skipSeparators();
      if (this.isAtEnd || (close !== "" && this.char() === close)) return found;
      if (close === "" && /[)}]/.test(this.char())) return found;
      found.push(this.statement());
      this.skipBlanks();
      if (!this.isAtEnd && !/[\r\n;)}]/.test(this.char())) {
        // What ends with a block or a condition needs nothing after it.
        if (/^(?:if|while|do|for|foreach|switch|function|try|trap)$/.test(found.at(-1)?.kind ?? "")) continue;
        const token = this.takes(/[^\s()[\]{};,|&<>]+|&&|\|\||[\s\S]/y) ?? "";
        throw this.failure(
          "UnexpectedToken",
          `Unexpected token '${token}' in expression or statement.`,
          this.at - token.length,
        );
      }
    }
  }

  private braces(): Statement[] {
    this.skipLines();
    if (this.char() !== "{") throw this.failure("MissingStatementBlock", "Missing statement block.");
    this.at++;
    const body = this.statementsUntil("}");
    this.expect("}", "Missing closing '}' in statement block or type definition.");
    return body;
  }

  private condition(): Statement {
    this.expect("(", "Missing '(' after a keyword.");
    const test = this.pipelineIn(")");
    this.expect(")", "Missing ')' after expression.");
    return test;
  }

  private keyword(): string {
    return this.matches(/[A-Za-z]+(?=[\s({;})]|$)/y)?.[0].toLowerCase() ?? "";
  }

  private statement(): Statement {
    const start = this.at;
    if (this.matches(refusedWords)) throw this.refuse(`the statement "${this.matches(refusedWords)?.[0]}"`);
    const label = this.matches(/:(\w+)[ \t\r\n]+(?=(?:foreach|for|while|do|switch)\b)/iy);
    if (label) this.at += label[0].length;
    const name = label?.[1] ?? "";
    const word = this.keyword();
    const parse = Object.hasOwn(this.statements, word) ? this.statements[word] : undefined;
    if (!parse) return this.pipeline();
    this.at += word.length;
    return parse(start, name);
  }

  private readonly statements: Readonly<Record<string, (start: number, label: string) => Statement>> = {
    if: (start) => this.ifStatement(start),
    while: (start, label) => {
      const test = this.condition();
      return { kind: "while", label, test, body: this.braces(), ...this.extent(start) };
    },
    do: (start, label) => {
      const body = this.braces();
      this.skipLines();
      const word = this.takes(/(?:while|until)(?=[\s(])/iy)?.toLowerCase();
      if (word === undefined)
        throw this.failure("MissingWhileOrUntilInDoWhile", "The while or until keyword was missing.");
      const test = this.condition();
      return { kind: "do", label, test, until: word === "until", body, ...this.extent(start) };
    },
    for: (start, label) => {
      this.expect("(", "Missing opening '(' after keyword 'for'.");
      const part = (close: string): Statement | undefined => {
        this.skipLines();
        const found = /[;)]/.test(this.char()) ? undefined : this.pipelineIn(close);
        this.skipLines();
        if (this.char() === ";") this.at++;
        return found;
      };
      const [first, test, next] = [part(";"), part(";"), part(")")];
      this.expect(")", "Missing closing ')' after expression in 'for' statement.");
      return { kind: "for", label, first, test, next, body: this.braces(), ...this.extent(start) };
    },
    foreach: (start, label) => {
      this.skipBlanks();
      if (this.char() !== "(") {
        this.at = start;
        return this.pipeline();
      }
      this.at++;
      this.skipLines();
      const variable = this.variable();
      if (variable?.kind !== "variable")
        throw this.failure("MissingVariableNameAfterForeach", "Missing variable name after foreach.");
      this.skipLines();
      if (this.takes(/in(?=[\s($@])/iy) === undefined)
        throw this.failure("MissingInInForeach", "Missing 'in' after variable in foreach loop.");
      const items = this.pipelineIn(")");
      this.expect(")", "Missing closing ')' after expression in 'foreach' loop.");
      return { kind: "foreach", label, variable: variable.name, items, body: this.braces(), ...this.extent(start) };
    },
    switch: (start, label) => this.switchStatement(start, label),
    function: (start) => this.functionStatement(start, false),
    filter: (start) => this.functionStatement(start, true),
    try: (start) => this.tryStatement(start),
    throw: (start) => ({ kind: "throw", value: this.optionalPipeline(), ...this.extent(start) }),
    return: (start) => ({ kind: "return", value: this.optionalPipeline(), ...this.extent(start) }),
    exit: (start) => ({ kind: "exit", value: this.optionalPipeline(), ...this.extent(start) }),
    break: (start) => ({ kind: "break", label: this.loopLabel(), ...this.extent(start) }),
    continue: (start) => ({ kind: "continue", label: this.loopLabel(), ...this.extent(start) }),
    trap: (start) => {
      this.skipLines();
      const type = this.matches(/\[([\w.]+)\]/y);
      if (type) this.at += type[0].length;
      return { kind: "trap", type: type?.[1], body: this.braces(), ...this.extent(start) };
    },
  };

  private loopLabel(): string {
    this.skipBlanks();
    return this.takes(/\w+/y) ?? "";
  }

  private optionalPipeline(): Statement | undefined {
    this.skipBlanks();
    return this.isAtEnd || /[\r\n;)}]/.test(this.char()) ? undefined : this.pipeline();
  }

  private ifStatement(start: number): Statement {
    const clauses: [Statement, Statement[]][] = [[this.condition(), this.braces()]];
    let otherwise: Statement[] | undefined;
    for (;;) {
      const back = this.at;
      this.skipLines();
      const word = this.takes(/(?:elseif|else)(?=[\s({])/iy)?.toLowerCase();
      if (word === "elseif") clauses.push([this.condition(), this.braces()]);
      else if (word === "else") {
        otherwise = this.braces();
        break;
      } else {
        this.at = back;
        break;
      }
    }
    return { kind: "if", clauses, otherwise, ...this.extent(start) };
  }

  private switchStatement(start: number, label: string): Statement {
    let mode: "exact" | "wildcard" | "regex" = "exact";
    let caseSensitive = false;
    for (;;) {
      this.skipBlanks();
      const flag = this.takes(/-[A-Za-z]+/y)?.toLowerCase();
      if (flag === undefined) break;
      if ("-wildcard".startsWith(flag)) mode = "wildcard";
      else if ("-regex".startsWith(flag)) mode = "regex";
      else if ("-casesensitive".startsWith(flag)) caseSensitive = true;
      else if (!"-exact".startsWith(flag)) throw this.refuse(`switch ${flag}`);
    }
    const subject = this.condition();
    this.expect("{", "Missing opening '{' in switch statement.");
    const clauses: SwitchClause[] = [];
    for (;;) {
      this.skipSeparators();
      if (this.char() === "}") break;
      if (this.isAtEnd) throw this.failure("MissingSwitchClause", "Missing closing '}' in switch statement.");
      const isDefault = this.takes(/default(?=\s*\{)/iy) !== undefined;
      const test: Expression | "default" = isDefault ? "default" : this.argumentValue();
      clauses.push({ test, body: this.braces() });
    }
    this.at++;
    return { kind: "switch", label, mode, caseSensitive, subject, clauses, ...this.extent(start) };
  }

  private functionStatement(start: number, isFilter: boolean): Statement {
    this.skipBlanks();
    const name = this.takes(/[^\s(){};,|&<>]+/y);
    if (name === undefined) throw this.failure("MissingNameAfterKeyword", "Missing name after function keyword.");
    this.skipLines();
    let parameters: Parameter[] | undefined;
    if (this.char() === "(") parameters = this.parameterList();
    this.skipLines();
    this.expect("{", "Missing function body in function declaration.");
    const body = this.scriptBody("}");
    this.expect("}", "Missing closing '}' in statement block or type definition.");
    return {
      kind: "function",
      name,
      isFilter,
      body: { ...body, parameters: body.parameters ?? parameters },
      ...this.extent(start),
    };
  }

  private tryStatement(start: number): Statement {
    const body = this.braces();
    const catches: CatchClause[] = [];
    let final: Statement[] | undefined;
    for (;;) {
      const back = this.at;
      this.skipLines();
      const word = this.takes(/(?:catch|finally)(?=[\s{[])/iy)?.toLowerCase();
      if (word === "catch") {
        const types: string[] = [];
        for (;;) {
          this.skipLines();
          const type = this.takes(/\[[\w.]+\]/y);
          if (type !== undefined) types.push(type.slice(1, -1));
          else if (this.char() === ",") this.at++;
          else break;
        }
        catches.push({ types, body: this.braces() });
      } else if (word === "finally") final = this.braces();
      else {
        this.at = back;
        break;
      }
    }
    if (catches.length === 0 && !final)
      throw this.failure("MissingCatchOrFinally", "The Try statement is missing its Catch or Finally block.", start);
    return { kind: "try", body, catches, final, ...this.extent(start) };
  }

  protected statementValue(): Statement {
    return this.statement();
  }

  protected pipelineIn(close: string): Statement {
    this.skipLines();
    const statement = this.statement();
    this.skipLines();
    if (!this.isAtEnd && this.char() !== close && !(close === ";" && this.char() === ")")) {
      const token = this.takes(/[^\s()[\]{};,|&<>]+|[\s\S]/y) ?? "";
      throw this.failure(
        "UnexpectedToken",
        `Unexpected token '${token}' in expression or statement.`,
        this.at - token.length,
      );
    }
    return statement;
  }

  private pipeline(): Statement {
    const start = this.at;
    const first = this.pipelineElement();
    if (first.kind === "expression" && first.redirections.length === 0) {
      const operator = this.assignmentOperator();
      if (operator !== undefined) {
        this.skipLines();
        const value = this.statement();
        return { kind: "assign", target: first.value, operator, value, ...this.extent(start) };
      }
    }
    const elements: PipelineElement[] = [first];
    for (;;) {
      const back = this.at;
      this.skipBlanks();
      if (this.char() !== "|" || this.char(1) === "|") {
        this.at = back;
        break;
      }
      this.at++;
      this.skipLines();
      if (this.isAtEnd) throw this.failure("EmptyPipeElement", "An empty pipe element is not allowed.");
      elements.push(this.pipelineElement());
    }
    return { kind: "pipeline", elements, ...this.extent(start) };
  }
}
