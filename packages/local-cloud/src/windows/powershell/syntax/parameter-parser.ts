import type { Expression, Parameter, ParameterAttribute, ScriptBody } from "./ast.ts";
import { CommandParser } from "./command-parser.ts";

/** What a script or a function takes: `param (…)` and `function name (…)`. */
export abstract class ParameterParser extends CommandParser {
  protected paramBlock(): Partial<Pick<ScriptBody, "parameters" | "binding">> {
    const back = this.at;
    let binding: ParameterAttribute | undefined;
    for (;;) {
      const attribute = this.matches(
        /\[\s*(?:CmdletBinding|OutputType|Diagnostics\.CodeAnalysis\.SuppressMessage\w*)\s*\(/iy,
      );
      if (!attribute) break;
      const found = this.attribute();
      if (found.name === "cmdletbinding") binding = found;
      this.skipLines();
    }
    if (this.takes(/param(?=\s*\()/iy) === undefined) {
      this.at = back;
      return {};
    }
    this.skipLines();
    return { parameters: this.parameterList(), binding };
  }

  protected parameterList(): Parameter[] {
    this.expect("(");
    const parameters: Parameter[] = [];
    for (;;) {
      this.skipLines();
      if (this.char() === ")") break;
      parameters.push(this.parameter());
      this.skipLines();
      if (this.char() === ",") this.at++;
      else if (this.char() !== ")")
        throw this.failure("MissingEndParenthesisInFunctionParameterList", "Missing ')' in function parameter list.");
    }
    this.at++;
    return parameters;
  }

  private parameter(): Parameter {
    const attributes: ParameterAttribute[] = [];
    let type: string | undefined;
    for (;;) {
      this.skipLines();
      if (this.char() !== "[") break;
      if (this.matches(/\[\s*[\w.]+\s*\(/y)) attributes.push(this.attribute());
      else type = (this.takes(/\[\s*[\w.]+(?:\[\s*\])?\s*\]/y) ?? "").slice(1, -1).trim();
      if (type === "") throw this.refuse("this parameter's type");
    }
    const variable = this.variable();
    if (variable?.kind !== "variable") throw this.failure("MissingParameterName", "Missing parameter name.");
    this.skipLines();
    let fallback: Expression | undefined;
    if (this.char() === "=") {
      this.at++;
      this.skipLines();
      fallback = this.expressionInList();
    }
    return { name: variable.name, type, attributes, fallback };
  }

  private attribute(): ParameterAttribute {
    const match = this.matches(/\[\s*([\w.]+)\s*\(/y);
    this.at += match?.[0].length ?? 0;
    const positional: Expression[] = [];
    const named = new Map<string, Expression | undefined>();
    for (;;) {
      this.skipLines();
      if (this.char() === ")") break;
      const name = this.takes(/[A-Za-z]\w*/y);
      if (name === undefined) positional.push(this.expressionInList());
      else {
        this.skipLines();
        const hasValue = this.char() === "=";
        if (hasValue) this.at++;
        this.skipLines();
        named.set(name.toLowerCase(), hasValue ? this.expressionInList() : undefined);
      }
      this.skipLines();
      if (this.char() === ",") this.at++;
    }
    this.at++;
    this.skipLines();
    this.expect("]");
    return { name: (match?.[1] ?? "").toLowerCase().replace(/attribute$/, ""), positional, named };
  }
}
