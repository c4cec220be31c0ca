import { noFlags } from "./format-flags.ts";
import { ValuePrinter } from "./printer.ts";
import { typeName } from "./type.ts";
import type { GoValue } from "./value.ts";
import { unwrapped } from "./value.ts";

type Arguments = readonly (GoValue | undefined)[];

const biggest = 1_000_000n;

/** Go's `fmt.Sprint`: a space between two operands when neither is a string. */
export function sprint(args: Arguments): string {
  const printer = new ValuePrinter();
  let text = "";
  let afterString = true;
  for (const arg of args) {
    const isString = unwrapped(arg)?.kind === "string";
    if (!isString && !afterString) text += " ";
    text += printer.argument(arg, "v");
    afterString = isString;
  }
  return text;
}

/** Go's `fmt.Sprintln`: always spaces, and a newline. */
export function sprintln(args: Arguments): string {
  const printer = new ValuePrinter();
  return `${args.map((arg) => printer.argument(arg, "v")).join(" ")}\n`;
}

/** A value as `%v` (or `%s`) prints a `reflect.Value` in error messages. */
export function describe(value: GoValue | undefined, verb: "v" | "s" = "v"): string {
  return new ValuePrinter().reflected(value, verb);
}

/** Go's `fmt.Sprintf`, wrong verbs and missing arguments included: `%!d(string=x)`, `%!(EXTRA int=1)`. */
export function sprintf(format: string, args: Arguments): string {
  return new FormatRun(format, args).run();
}

class FormatRun {
  readonly #format: string;
  readonly #args: Arguments;
  readonly #printer = new ValuePrinter();
  #at = 0;
  #next = 0;
  #reordered = false;
  #goodIndex = true;
  #afterIndex = false;
  #out = "";

  constructor(format: string, args: Arguments) {
    this.#format = format;
    this.#args = args;
  }

  run(): string {
    const format = this.#format;
    while (this.#at < format.length) {
      const percent = format.indexOf("%", this.#at);
      if (percent < 0) {
        this.#out += format.slice(this.#at);
        break;
      }
      this.#out += format.slice(this.#at, percent);
      this.#at = percent + 1;
      this.#goodIndex = true;
      if (!this.#verb()) break;
    }
    if (!this.#reordered && this.#next < this.#args.length) this.#extra();
    return this.#out;
  }

  /** One verb with its flags; false at the end of the format. */
  #verb(): boolean {
    this.#printer.flags = noFlags();
    const simple = this.#flags();
    if (!simple) {
      this.#index();
      this.#width();
      this.#precision();
      if (!this.#afterIndex) this.#index();
    }
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) {
      this.#out += "%!(NOVERB)";
      return false;
    }
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === "%") this.#out += "%";
    else if (!this.#goodIndex) this.#out += `%!${verb}(BADINDEX)`;
    else if (this.#next >= this.#args.length) this.#out += `%!${verb}(MISSING)`;
    else this.#print(verb);
    return true;
  }

  #print(verb: string): void {
    const { flags } = this.#printer;
    if (verb === "v" || verb === "w") {
      flags.sharpV = flags.sharp;
      flags.sharp = false;
      flags.plusV = flags.plus;
      flags.plus = false;
    }
    this.#out += this.#printer.argument(this.#args[this.#next], verb);
    this.#next++;
  }

  /** Reads flags; true when a plain lower-case verb follows, which needs no more reading. */
  #flags(): boolean {
    const { flags } = this.#printer;
    for (; ; this.#at++) {
      const char = this.#format[this.#at] ?? "";
      if (char === "#") flags.sharp = true;
      else if (char === "0") flags.zero = true;
      else if (char === "+") flags.plus = true;
      else if (char === "-") flags.minus = true;
      else if (char === " ") flags.space = true;
      else return char >= "a" && char <= "z" && this.#next < this.#args.length;
    }
  }

  #width(): void {
    const { flags } = this.#printer;
    if (this.#format[this.#at] === "*") {
      this.#at++;
      const width = this.#fromArgument();
      if (width === undefined) this.#out += "%!(BADWIDTH)";
      flags.width = width === undefined ? undefined : Math.abs(width);
      if (width !== undefined && width < 0) {
        flags.minus = true;
        flags.zero = false;
      }
      this.#afterIndex = false;
      return;
    }
    flags.width = this.#number();
    if (this.#afterIndex && flags.width !== undefined) this.#goodIndex = false;
  }

  #precision(): void {
    if (this.#format[this.#at] !== "." || this.#at + 1 >= this.#format.length) return;
    const { flags } = this.#printer;
    this.#at++;
    if (this.#afterIndex) this.#goodIndex = false;
    this.#index();
    if (this.#format[this.#at] === "*") {
      this.#at++;
      const precision = this.#fromArgument();
      flags.precision = precision === undefined || precision < 0 ? undefined : precision;
      if (flags.precision === undefined) this.#out += "%!(BADPREC)";
      this.#afterIndex = false;
    } else flags.precision = this.#number() ?? 0;
  }

  /** An explicit argument index such as `[2]`. */
  #index(): void {
    if (this.#format[this.#at] !== "[") {
      this.#afterIndex = false;
      return;
    }
    this.#reordered = true;
    const rest = this.#format.slice(this.#at);
    const close = rest.length < 3 ? -1 : rest.indexOf("]", 1);
    const digits = close < 0 ? "" : rest.slice(1, close);
    const valid = /^[0-9]+$/.test(digits) && BigInt(digits) <= biggest * 10n + 9n;
    const index = Number(digits) - 1;
    this.#at += close < 0 ? 1 : close + 1;
    this.#afterIndex = valid;
    if (valid && index >= 0 && index < this.#args.length) this.#next = index;
    else this.#goodIndex = false;
  }

  /** A decimal number here; one that is absurdly long swallows the rest of the format, as in Go. */
  #number(): number | undefined {
    let value: number | undefined;
    while (/[0-9]/.test(this.#format[this.#at] ?? "")) {
      if ((value ?? 0) > Number(biggest)) {
        this.#at = this.#format.length;
        return undefined;
      }
      value = (value ?? 0) * 10 + Number(this.#format[this.#at]);
      this.#at++;
    }
    return value;
  }

  #fromArgument(): number | undefined {
    if (this.#next >= this.#args.length) return undefined;
    const arg = unwrapped(this.#args[this.#next]);
    this.#next++;
    if (arg?.kind !== "int" && arg?.kind !== "uint") return undefined;
    return arg.value > biggest || arg.value < -biggest ? undefined : Number(arg.value);
  }

  #extra(): void {
    this.#printer.flags = noFlags();
    const extra = this.#args.slice(this.#next).map((arg) => {
      const concrete = unwrapped(arg);
      return concrete ? `${typeName(concrete.type)}=${this.#printer.argument(concrete, "v")}` : "<nil>";
    });
    this.#out += `%!(EXTRA ${extra.join(", ")})`;
  }
}
