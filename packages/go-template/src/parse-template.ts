import { goQuote, nearestName } from "@kiln/sdk";
import { byteLength, wellFormed } from "./go/go-string.ts";
import type { GoOutcome, GoValue } from "./go/value.ts";
import { failed } from "./go/value.ts";
import type { TemplateProblem, TemplateResult } from "./problem.ts";
import { positionOf } from "./problem.ts";
import { builtins } from "./run/builtins.ts";
import type { Evaluation, FunctionTable } from "./run/evaluator.ts";
import { ExecutionFailure } from "./run/execution-failure.ts";
import { Executor } from "./run/executor.ts";
import type { TemplateTree } from "./syntax/ast.ts";
import { ParseFailure } from "./syntax/parse-failure.ts";
import { Parser } from "./syntax/parser.ts";
import { printNode } from "./syntax/print.ts";

export interface ParseOptions {
  /** What messages call the template; Packer's is `root`. */
  readonly name?: string;
  /** Besides Go's built-in ones, which they may replace. */
  readonly functions: FunctionTable;
}

/** A template without syntax errors whose functions all exist. */
export interface ParsedTemplate {
  readonly name: string;
  readonly text: string;
  /** The template itself under its name, and its `{{define}}`s. */
  readonly trees: ReadonlyMap<string, TemplateTree>;
  /** The output for `data` (`undefined` is nil). A function that is asynchronous is an error here. */
  execute(data: GoValue | undefined): TemplateResult<string>;
  /** As `execute`, waiting for asynchronous functions one after the other. What they throw or reject with passes through. */
  executeAsync(data: GoValue | undefined): Promise<TemplateResult<string>>;
}

/**
 * Parses a template of Go's `text/template` (Go 1.26) with its default options: `{{ }}`, missing keys print
 * `<no value>`. Messages are Go's. One deliberate difference: parentheses nest 400 deep at most, not 10,000.
 */
export function parseTemplate(text: string, options: ParseOptions): TemplateResult<ParsedTemplate> {
  const { name = "root", functions } = options;
  try {
    const parser = new Parser(name, text, (word) => functions.has(word) || builtins.has(word));
    return { ok: true, value: new Template(name, text, parser.parse(), functions) };
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    return { ok: false, problem: parseProblem(error, name, text, functions) };
  }
}

function parseProblem(found: ParseFailure, name: string, text: string, functions: FunctionTable): TemplateProblem {
  const { code = "template/syntax", name: word } = found.about;
  const unknown = code === "template/unknown-function" && word !== undefined;
  const suggestion = unknown ? nearestName(word, [...functions.keys(), ...builtins.keys()]) : undefined;
  return {
    phase: "parse",
    code,
    message: `template: ${name}:${found.line}: ${found.message}`,
    reason: found.message,
    span: found.span,
    ...positionOf(text, found.span.start),
    ...(suggestion !== undefined && { suggestion }),
  };
}

class Template implements ParsedTemplate {
  readonly name: string;
  readonly text: string;
  readonly trees: ReadonlyMap<string, TemplateTree>;
  readonly #functions: FunctionTable;

  constructor(name: string, text: string, trees: ReadonlyMap<string, TemplateTree>, functions: FunctionTable) {
    this.name = name;
    this.text = text;
    this.trees = trees;
    this.#functions = functions;
  }

  execute(data: GoValue | undefined): TemplateResult<string> {
    try {
      const run = this.#start(data);
      let step = run.next();
      while (!step.done) {
        // Nobody will wait for it; its rejection must not be reported as unhandled.
        step.value.catch(() => undefined);
        step = run.next(failed("this function has to be waited for, which is not possible here"));
      }
      return { ok: true, value: wellFormed(step.value) };
    } catch (error) {
      return this.#refused(error);
    }
  }

  async executeAsync(data: GoValue | undefined): Promise<TemplateResult<string>> {
    try {
      const run = this.#start(data);
      let step = run.next();
      while (!step.done) {
        const outcome: GoOutcome = await step.value;
        step = run.next(outcome);
      }
      return { ok: true, value: wellFormed(step.value) };
    } catch (error) {
      return this.#refused(error);
    }
  }

  #start(data: GoValue | undefined): Evaluation<string> {
    return new Executor(this.trees, this.#functions).run(this.name, data);
  }

  #refused(error: unknown): TemplateResult<never> {
    if (!(error instanceof ExecutionFailure)) throw error;
    const { node, tree, code, detail, message: reason } = error;
    const before = this.text.slice(0, node.at);
    const line = before.split("\n").length;
    const byte = byteLength(before.slice(before.lastIndexOf("\n") + 1));
    const place = `template: ${this.name}:${line}:${byte}: executing ${goQuote(tree)} at <${printNode(node)}>`;
    const problem: TemplateProblem = {
      phase: "execute",
      code,
      message: wellFormed(`${place}: ${reason}`),
      reason: wellFormed(reason),
      span: node.span,
      ...positionOf(this.text, node.span.start),
      ...(detail !== undefined && { detail }),
    };
    return { ok: false, problem };
  }
}
