import { Refusal } from "../system/refusal.ts";
import type { Variables } from "../system/variables.ts";

/** `set /a`: whole numbers of 32 bits. Undefined for what is no expression. */
export function setArithmetic(source: string, variables: Variables): number | undefined {
  let result: number | undefined;
  for (const part of source.split(",")) {
    const match = /^\s*([A-Za-z_]\w*)\s*(\*|\/|%|\+|-|&|\||\^|<<|>>)?=\s*(?!=)([\s\S]+)$/.exec(part);
    const value = new Sum(match ? (match[3] ?? "") : part, variables).value();
    if (value === undefined) return undefined;
    if (!match) {
      result = value;
      continue;
    }
    const [, name = "", operator] = match;
    const before = numberOf(variables.get(name) ?? "0");
    result = operator === undefined ? value : apply(operator, before, value);
    variables.set(name, String(result));
  }
  return result;
}

function numberOf(text: string): number {
  const found = /^\s*([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)/i.exec(text);
  if (!found) return 0;
  const [, sign = "", digits = ""] = found;
  const value = /^0x/i.test(digits)
    ? Number.parseInt(digits, 16)
    : digits.length > 1 && digits.startsWith("0")
      ? Number.parseInt(digits, 8)
      : Number(digits);
  return (sign === "-" ? -value : value) | 0;
}

function apply(operator: string, a: number, b: number): number {
  switch (operator) {
    case "+":
      return (a + b) | 0;
    case "-":
      return (a - b) | 0;
    case "*":
      return Math.imul(a, b);
    case "/":
    case "%":
      if (b === 0) throw new Refusal("dividing by zero in set /a");
      return operator === "/" ? Math.trunc(a / b) | 0 : a % b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "<<":
      return a << b;
    default:
      return a >> b;
  }
}

const levels: readonly RegExp[] = [/\|/y, /\^/y, /&/y, /<<|>>/y, /[+-]/y, /[*/%]/y];

class Sum {
  private at = 0;
  private readonly text: string;
  private readonly variables: Variables;
  constructor(text: string, variables: Variables) {
    this.text = text;
    this.variables = variables;
  }
  value(): number | undefined {
    const found = this.level(0);
    return this.text.slice(this.at).trim() === "" ? found : undefined;
  }
  private take(pattern: RegExp): string | undefined {
    while (/\s/.test(this.text[this.at] ?? "")) this.at++;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
  private level(index: number): number | undefined {
    const pattern = levels[index];
    if (!pattern) return this.operand();
    let left = this.level(index + 1);
    for (let operator = this.take(pattern); operator !== undefined; operator = this.take(pattern)) {
      const right = this.level(index + 1);
      if (left === undefined || right === undefined) return undefined;
      left = apply(operator, left, right);
    }
    return left;
  }
  private operand(): number | undefined {
    const sign = this.take(/[-+~!]/y);
    if (sign !== undefined) {
      const value = this.operand();
      if (value === undefined) return undefined;
      return sign === "-" ? -value | 0 : sign === "~" ? ~value : sign === "!" ? Number(value === 0) : value;
    }
    if (this.take(/\(/y) !== undefined) {
      const value = this.level(0);
      return this.take(/\)/y) === undefined ? undefined : value;
    }
    const number = this.take(/0x[0-9a-f]+|\d+/iy);
    if (number !== undefined) return numberOf(number);
    const name = this.take(/[A-Za-z_]\w*/y);
    return name === undefined ? undefined : numberOf(this.variables.get(name) ?? "0");
  }
}
