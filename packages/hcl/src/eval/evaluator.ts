import { type Diagnostic, problem } from "@kiln/sdk";
import type { Expression, Span } from "../syntax/ast.ts";
import type { Value } from "../values/value.ts";
import type { Scope } from "./scope.ts";

/** Evaluates one kind of expression; reaches the others through the evaluator. */
export type Rule = (expression: Expression, scope: Scope, evaluator: Evaluator) => Value;

/** Evaluates expressions and gathers what goes wrong on the way. */
export class Evaluator {
  readonly diagnostics: Diagnostic[] = [];
  private readonly rule: Rule;

  constructor(rule: Rule) {
    this.rule = rule;
  }

  value(expression: Expression, scope: Scope): Value {
    return this.rule(expression, scope, this);
  }

  /** Evaluates without reporting yet: the caller decides whether the findings matter. */
  apart(expression: Expression, scope: Scope): { readonly value: Value; readonly diagnostics: readonly Diagnostic[] } {
    const inner = this.scratch();
    const value = inner.value(expression, scope);
    return { value, diagnostics: inner.diagnostics };
  }

  /** An evaluator whose findings are its own. */
  scratch(): Evaluator {
    return new Evaluator(this.rule);
  }

  report(diagnostics: readonly Diagnostic[]): void {
    for (const d of diagnostics) this.diagnostics.push(d);
  }

  get failed(): boolean {
    return this.diagnostics.length > 0;
  }

  error(code: `hcl/${string}`, summary: string, detail: string, subject: Span, context?: Span): void {
    this.diagnostics.push(
      problem(code, summary, {
        detail,
        subject: subject.source.range(subject.start, subject.end),
        context: context?.source.range(context.start, context.end),
      }),
    );
  }
}
