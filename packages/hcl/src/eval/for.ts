import { convert } from "../convert/convert.ts";
import type { Expression, For } from "../syntax/ast.ts";
import { Fault } from "../values/arithmetic.ts";
import { unmark, withMarks } from "../values/marks.ts";
import { BOOL, isCollection, STRING, typeName } from "../values/type.ts";
import { integerValue, objectValue, stringValue, tupleValue, UNKNOWN, type Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";

/** Keys and values of anything that can be walked, in the order in which HCL walks it. */
export function* elements(value: Value): Generator<readonly [Value, Value]> {
  if (value.raw instanceof Map) {
    for (const [key, item] of value.entries) yield [stringValue(key), item];
  } else if (value.type.kind === "set") {
    for (const item of value.items) yield [item, item];
  } else {
    let i = 0;
    for (const item of value.items) yield [integerValue(i++), item];
  }
}

/** Whether values of this type have elements. */
export function isIterable(value: Value): boolean {
  return isCollection(value.type) || value.type.kind === "tuple" || value.type.kind === "object";
}

export function forExpression(expression: For, scope: Scope, evaluator: Evaluator): Value {
  return new Loop(expression, scope, evaluator).run();
}

class Loop {
  private readonly node: For;
  private readonly scope: Scope;
  private readonly evaluator: Evaluator;
  private readonly marks = new Set<string>();
  private known = true;

  constructor(node: For, scope: Scope, evaluator: Evaluator) {
    this.node = node;
    this.scope = scope;
    this.evaluator = evaluator;
  }

  run(): Value {
    const { node } = this;
    const given = this.evaluator.value(node.collection, this.scope);
    if (given.isNull) {
      this.error(
        "hcl/null-value",
        "Iteration over null value",
        "A null value cannot be used as the collection in a 'for' expression.",
        node.collection,
      );
      return UNKNOWN;
    }
    if (given.type.kind === "dynamic") return UNKNOWN;
    const collection = unmark(given);
    this.addMarks(given);
    if (!isIterable(collection)) {
      const detail = `A value of type ${typeName(collection.type)} cannot be used as the collection in a 'for' expression.`;
      this.error("hcl/not-iterable", "Iteration over non-iterable value", detail, node.collection);
      return UNKNOWN;
    }
    if (node.condition && !this.conditionMakesSense(node.condition)) return UNKNOWN;
    if (!collection.isKnown) return withMarks(UNKNOWN, this.marks);
    return withMarks(node.key ? this.object(collection, node.key) : this.tuple(collection), this.marks);
  }

  private error(code: `hcl/${string}`, summary: string, detail: string, subject: Expression): void {
    this.evaluator.error(code, summary, detail, subject, this.node);
  }

  private addMarks(value: Value): void {
    for (const mark of value.marks ?? []) this.marks.add(mark);
  }

  private bind(key: Value, value: Value): Scope {
    const variables = new Map<string, Value>();
    if (this.node.keyName !== "") variables.set(this.node.keyName, key);
    variables.set(this.node.valueName, value);
    return this.scope.child(variables);
  }

  /** A first look at the condition with unknown values, so that a wrong one is not reported once per element. */
  private conditionMakesSense(condition: Expression): boolean {
    const before = this.evaluator.diagnostics.length;
    const result = this.evaluator.value(condition, this.bind(UNKNOWN, UNKNOWN));
    if (result.isNull) {
      this.error(
        "hcl/null-condition",
        "Condition is null",
        "The value of the 'if' clause must not be null.",
        condition,
      );
      return false;
    }
    const bool = convert(result, BOOL);
    if (bool instanceof Fault) {
      this.error(
        "hcl/invalid-for",
        "Invalid 'for' condition",
        `The 'if' clause value is invalid: ${bool.message}.`,
        condition,
      );
      return false;
    }
    return this.evaluator.diagnostics.length === before;
  }

  private includes(scope: Scope): boolean {
    const { condition } = this.node;
    if (!condition) return true;
    const raw = this.evaluator.value(condition, scope);
    const bool = raw.isNull ? new Fault("must not be null") : convert(raw, BOOL);
    if (bool instanceof Fault) {
      if (this.known) {
        const detail = raw.isNull
          ? "The value of the 'if' clause must not be null."
          : `The 'if' clause value is invalid: ${bool.message}.`;
        this.error("hcl/invalid-for", "Invalid 'for' condition", detail, condition);
      }
      this.known = false;
      return false;
    }
    this.addMarks(bool);
    if (!bool.isKnown) {
      this.known = false;
      return false;
    }
    return bool.raw === true;
  }

  private tuple(collection: Value): Value {
    const items: Value[] = [];
    for (const [key, value] of elements(collection)) {
      const scope = this.bind(key, value);
      if (this.includes(scope)) items.push(this.evaluator.value(this.node.value, scope));
    }
    return this.known ? tupleValue(items) : UNKNOWN;
  }

  private object(collection: Value, keyExpression: Expression): Value {
    const single = new Map<string, Value>();
    const groups = new Map<string, Value[]>();
    for (const [key, value] of elements(collection)) {
      const scope = this.bind(key, value);
      if (!this.includes(scope)) continue;
      const name = this.keyText(keyExpression, scope);
      if (name === undefined) continue;
      const item = this.evaluator.value(this.node.value, scope);
      if (this.node.group) {
        const group = groups.get(name);
        if (group) group.push(item);
        else groups.set(name, [item]);
      } else if (single.has(name)) {
        const detail = `Two different items produced the key "${name}" in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key.`;
        this.error("hcl/duplicate-key", "Duplicate object key", detail, keyExpression);
      } else single.set(name, item);
    }
    if (!this.known) return UNKNOWN;
    for (const [name, items] of groups) single.set(name, tupleValue(items));
    return objectValue(single);
  }

  private keyText(expression: Expression, scope: Scope): string | undefined {
    const raw = this.evaluator.value(expression, scope);
    const key = raw.isNull ? new Fault("null") : raw.isKnown ? convert(raw, STRING) : raw;
    if (key instanceof Fault) {
      if (this.known) {
        const detail = raw.isNull
          ? "Key expression in 'for' expression must not produce a null value."
          : `The key expression produced an invalid result: ${key.message}.`;
        this.error("hcl/invalid-key", "Invalid object key", detail, expression);
      }
      this.known = false;
      return undefined;
    }
    this.addMarks(key);
    if (!key.isKnown) {
      this.known = false;
      return undefined;
    }
    return key.text;
  }
}
