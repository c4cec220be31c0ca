import { applyDefaults, convert, Fault, parseExpressionText, rangeOf, stringValue, type Value } from "@kiln/hcl";
import {
  append,
  caution,
  type Diagnostic,
  type DiagnosticOptions,
  nearestName,
  problem,
  type SourceRange,
} from "@kiln/sdk";
import { namedIn, wholeFile, withoutQuotes } from "../../secret-text.ts";
import type { SourceLines } from "../../views/source-lines.ts";
import { attributesOf, blocksIn } from "../body/content.ts";
import { settled, valueIn } from "../evaluation.ts";
import type { HclFile, HclVariable } from "../hcl-template.ts";
import { parseFile } from "../read/parse-files.ts";

/** Where the value of a variable came from, as Packer calls it in messages. */
export type Origin = "default" | "env" | "varfile" | "cmd";
export interface AssignedValue {
  readonly value: Value;
  readonly from: Origin;
  /** For people: the file, `-var` or the environment variable. */
  readonly place: string;
  readonly subject?: SourceRange;
}
export interface AssignInputs {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Automatic files first, then `-var-file` in order. */
  readonly varFiles: readonly HclFile[];
  readonly vars: readonly (readonly [string, string])[];
  /** What to do about names in files that nobody declares. */
  readonly undeclared: "silent" | "warn" | "error";
  /** Learns of text that was given on the command line, and of places that hold secrets. */
  readonly sources: Pick<SourceLines, "remember" | "conceal">;
}

/**
 * Gives variables their values, the last assignment winning: default, `PKR_VAR_*`, files, `-var`. Source: core-behaviour §3.4.
 */
export class Assignments {
  readonly values = new Map<string, AssignedValue>();
  readonly found: Diagnostic[] = [];
  private readonly variables: ReadonlyMap<string, HclVariable>;

  constructor(variables: ReadonlyMap<string, HclVariable>) {
    this.variables = variables;
    for (const [name, { fallback }] of variables)
      if (fallback) this.values.set(name, { value: fallback, from: "default", place: "the default" });
  }

  async assign(inputs: AssignInputs): Promise<void> {
    for (const { sensitive, fallbackSpan } of this.variables.values())
      if (sensitive && fallbackSpan) inputs.sources.conceal(rangeOf(fallbackSpan));
    for (const [key, text] of Object.entries(inputs.env)) {
      const variable = key.startsWith("PKR_VAR_") ? this.variables.get(key.slice("PKR_VAR_".length)) : undefined;
      if (variable && text !== undefined) this.typedText(variable, text, "env", key, inputs);
    }
    for (const file of inputs.varFiles) await this.file(file, inputs);
    for (const [name, text] of inputs.vars) {
      const variable = this.variables.get(name);
      if (variable) this.typedText(variable, text, "cmd", "-var", inputs);
      else this.found.push(this.undeclaredArgument(name));
    }
  }

  /** Text for a string or an untyped variable is itself; for other types it is an expression without names or functions. */
  private typedText(
    variable: HclVariable,
    text: string,
    from: "env" | "cmd",
    place: string,
    inputs: AssignInputs,
  ): void {
    const { name } = variable;
    if (["string", "number", "dynamic"].includes(variable.type.kind)) {
      this.set(variable, stringValue(text), { from, place });
      return;
    }
    const file = `<value for var.${name} from ${from === "cmd" ? "arguments" : `environment variable ${place}`}>`;
    if (!variable.sensitive) inputs.sources.remember(file, text);
    const { result, diagnostics } = parseExpressionText(text, file);
    if (diagnostics.length > 0) {
      const hint = `It is of type ${variable.type.kind}, so its value is read as HCL: lists are written ["a", "b"], objects {a = "b"}.`;
      this.found.push(...told(variable, diagnostics).map((d) => ({ ...d, detail: `${d.detail ?? ""} ${hint}` })));
      return;
    }
    const found: Diagnostic[] = [];
    const value = valueIn(result, undefined, found);
    this.found.push(...told(variable, found));
    if (value) this.set(variable, value, { from, place, subject: rangeOf(result) });
  }

  private async file(file: HclFile, inputs: AssignInputs): Promise<void> {
    const { body, diagnostics } = parseFile(file);
    if (diagnostics.some((d) => d.severity === "error")) {
      this.found.push(...this.toldOfFile(file, diagnostics, inputs));
      return;
    }
    append(this.found, diagnostics);
    const [declaration] = file.syntax === "json" ? [] : blocksIn(body, "variable", ["name"]);
    if (declaration) {
      const name = declaration.labels[0] ?? "";
      this.found.push(
        problem("variables/declared-in-file", "Variable declaration in a .pkrvar file", {
          detail: `A .pkrvar file is used to assign values to variables that have already been declared in .pkr files, not to declare new variables. To declare variable "${name}", place this block in one of your .pkr files, such as variables.pkr.hcl. To set a value for this variable in ${file.path}, use the definition syntax instead: ${name} = <value>`,
          subject: rangeOf(declaration.typeSpan),
        }),
      );
      return;
    }
    const attributes = attributesOf(body, this.found);
    for (const { name, nameSpan, expression } of attributes.values()) {
      const variable = this.variables.get(name);
      if (!variable) {
        this.undeclaredInFile(name, rangeOf(nameSpan), inputs.undeclared);
        continue;
      }
      if (variable.sensitive) inputs.sources.conceal(rangeOf(expression));
      const found: Diagnostic[] = [];
      const value = await settled(() => {
        found.length = 0;
        return valueIn(expression, undefined, found);
      });
      this.found.push(...told(variable, found));
      if (value) this.set(variable, value, { from: "varfile", place: file.path, subject: rangeOf(expression) });
    }
  }

  /** In a file that cannot be parsed nobody knows where a value ends: where it speaks of a sensitive one, nothing of it is shown. */
  private toldOfFile(
    { path, bytes }: HclFile,
    diagnostics: readonly Diagnostic[],
    inputs: AssignInputs,
  ): readonly Diagnostic[] {
    const sensitive = [...this.variables.values()].filter((v) => v.sensitive).map((v) => v.name);
    const name = namedIn(bytes, sensitive);
    if (name === undefined) return diagnostics;
    inputs.sources.conceal(wholeFile(path));
    return diagnostics.map((d) => withoutQuotes(d, `the file sets the sensitive variable "${name}"`));
  }

  private set(variable: HclVariable, given: Value, origin: Omit<AssignedValue, "value">): void {
    const { name, type, typed } = variable;
    const value = variable.defaults ? applyDefaults(given, variable.defaults) : given;
    const made = typed || type.kind !== "dynamic" ? convert(value, type) : value;
    if (!(made instanceof Fault)) {
      this.values.set(name, { value: made, ...origin });
      return;
    }
    const summary = origin.from === "cmd" ? "Invalid argument value for -var variable" : "Invalid value for variable";
    const { place, subject } = origin;
    this.found.push(
      problem("variables/wrong-type", summary, {
        detail: `The value for "${name}" from ${place} is not compatible with the variable's type constraint: ${made.message}. The variable is declared at ${placeOf(variable)}.`,
        subject: subject ?? rangeOf(variable.nameSpan),
      }),
    );
  }

  private undeclaredArgument(name: string): Diagnostic {
    return problem("variables/undeclared-argument", "Undefined -var variable", {
      detail: `A "${name}" variable was passed in the command line but was not found in known variables. To declare variable "${name}", place this block in one of your .pkr files, such as variables.pkr.hcl${this.hint(name)}`,
    });
  }

  private undeclaredInFile(name: string, subject: SourceRange, how: AssignInputs["undeclared"]): void {
    if (how === "silent") return;
    const options: DiagnosticOptions = {
      detail: `The variable "${name}" was set but was not declared as an input variable. To declare variable "${name}" place this block in one of your .pkr.hcl files, such as variables.pkr.hcl${this.hint(name)}`,
      subject,
    };
    const make = how === "error" ? problem : caution;
    this.found.push(make("variables/undeclared", "Undefined variable", options));
  }

  private hint(name: string): string {
    const near = nearestName(name, this.variables.keys());
    const block = `\n\nvariable "${name}" {\n  type    = string\n  default = null\n}`;
    return near === undefined ? block : `${block}\n\nDid you mean "${near}"?`;
  }
}

/** Mistakes in the text of a variable's value, as far as they may be told. */
function told({ name, sensitive }: HclVariable, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return sensitive ? diagnostics.map((d) => withoutQuotes(d, `variable "${name}" is sensitive`)) : diagnostics;
}

function placeOf(variable: HclVariable): string {
  const { file, start } = rangeOf(variable.nameSpan);
  return `${file}:${start.line}`;
}
