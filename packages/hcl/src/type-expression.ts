import { type Diagnostic, problem } from "@kiln/sdk";
import { keywordOf } from "./eval/object.ts";
import { between, type Call, type Expression, rangeOf, type Span } from "./syntax/ast.ts";
import { BOOL, DYNAMIC, listOf, mapOf, NUMBER, objectOf, STRING, setOf, type Type, tupleOf } from "./values/type.ts";

/** Default values of optional attributes, by the place of their object in the type. */
export interface TypeDefaults {
  readonly type: Type;
  /** Of an object: the default expressions of its optional attributes. */
  readonly values: ReadonlyMap<string, Expression>;
  /** By attribute name, tuple index, or "" for the elements of a collection. */
  readonly children: ReadonlyMap<string, TypeDefaults>;
}

export interface TypeConstraint {
  readonly type: Type;
  readonly defaults: TypeDefaults | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a type constraint: `string`, `list(number)`, `object({ a = optional(string, "x") })`, `any`. With `withDefaults` an
 * optional attribute may name a default, as in Packer 1.16's variable types.
 */
export function readTypeConstraint(expression: Expression, withDefaults = false): TypeConstraint {
  const reader = new TypeReader(withDefaults);
  const { type, defaults } = reader.read(expression);
  return { type, defaults, diagnostics: reader.diagnostics };
}

interface Read {
  readonly type: Type;
  readonly defaults: TypeDefaults | undefined;
}

const OPEN: Read = { type: DYNAMIC, defaults: undefined };
const ELEMENT_TYPE = "type constructor requires one argument specifying the element type.";
const OBJECT_ARGUMENT =
  "The object type constructor requires one argument specifying the attribute types and values as a map.";
const TUPLE_ARGUMENT = "The tuple type constructor requires one argument specifying the element types as a list.";

const argumentNeeded = (name: string): string =>
  name === "object" ? OBJECT_ARGUMENT : name === "tuple" ? TUPLE_ARGUMENT : `The ${name} ${ELEMENT_TYPE}`;

const isConstructor = (name: string): boolean => /^(list|set|map|object|tuple)$/.test(name);

class TypeReader {
  readonly diagnostics: Diagnostic[] = [];
  private readonly withDefaults: boolean;

  constructor(withDefaults: boolean) {
    this.withDefaults = withDefaults;
  }

  private bad(detail: string, subject: Span, context?: Span): Read {
    this.diagnostics.push(
      problem("hcl/invalid-type", "Invalid type specification", {
        detail,
        subject: rangeOf(subject),
        context: context && rangeOf(context),
      }),
    );
    return OPEN;
  }

  read(expression: Expression): Read {
    const word = keywordOf(expression);
    if (word !== undefined) return this.keyword(word, expression);
    if (expression.kind !== "call") {
      const detail =
        "A type specification is either a primitive type keyword (bool, number, string) or a complex type constructor call, like list(string).";
      return this.bad(detail, expression);
    }
    return this.constructed(expression);
  }

  private keyword(word: string, subject: Span): Read {
    switch (word) {
      case "string":
        return { type: STRING, defaults: undefined };
      case "number":
        return { type: NUMBER, defaults: undefined };
      case "bool":
        return { type: BOOL, defaults: undefined };
      case "any":
        return OPEN;
      case "optional":
        return this.bad('Keyword "optional" is valid only as a modifier for object type attributes.', subject);
      default:
        if (isConstructor(word)) return this.bad(argumentNeeded(word), subject);
        return this.bad(`The keyword "${word}" is not a valid type specification.`, subject);
    }
  }

  private constructed(call: Call): Read {
    const { name } = call;
    const brackets = between(call.openSpan, call.closeSpan);
    const [first, ...rest] = call.arguments;
    if (name === "bool" || name === "string" || name === "number") {
      return this.bad(`Primitive type keyword "${name}" does not expect arguments.`, brackets, call);
    }
    if (name === "any") return this.bad('Type constraint keyword "any" does not expect arguments.', brackets, call);
    if (isConstructor(name) && (!first || rest.length > 0)) {
      const [from, to] = [rest[0], rest.at(-1)];
      return this.bad(argumentNeeded(name), from && to ? between(from, to) : brackets, call);
    }
    if (first && (name === "list" || name === "set" || name === "map")) {
      const element = this.read(first);
      const make = name === "list" ? listOf : name === "set" ? setOf : mapOf;
      return this.with(make(element.type), new Map(), element.defaults ? new Map([["", element.defaults]]) : new Map());
    }
    if (first && name === "object") return this.object(call, first);
    if (first && name === "tuple") return this.tuple(call, first);
    if (name === "optional") {
      return this.bad(
        'Keyword "optional" is valid only as a modifier for object type attributes.',
        call.nameSpan,
        call,
      );
    }
    return this.bad(`Keyword "${name}" is not a valid type constructor.`, call);
  }

  private with(type: Type, values: ReadonlyMap<string, Expression>, children: ReadonlyMap<string, TypeDefaults>): Read {
    return { type, defaults: values.size + children.size > 0 ? { type, values, children } : undefined };
  }

  private tuple(call: Call, argument: Expression): Read {
    if (argument.kind !== "tuple")
      return this.bad("Tuple type constructor requires a list of element types.", argument, call);
    const children = new Map<string, TypeDefaults>();
    const elements = argument.items.map((item, i) => {
      const { type, defaults } = this.read(item);
      if (defaults) children.set(String(i), defaults);
      return type;
    });
    return this.with(tupleOf(elements), new Map(), children);
  }

  private object(call: Call, argument: Expression): Read {
    if (argument.kind !== "object") {
      const detail =
        "Object type constructor requires a map whose keys are attribute names and whose values are the corresponding attribute types.";
      return this.bad(detail, argument, call);
    }
    const attributes = new Map<string, Type>();
    const optional = new Set<string>();
    const values = new Map<string, Expression>();
    const children = new Map<string, TypeDefaults>();
    for (const item of argument.items) {
      const name = keywordOf(item.key);
      if (name === undefined) {
        this.bad("Object constructor map keys must be attribute names.", item.key, call);
        continue;
      }
      const modified = this.optional(item.value, name, optional, values);
      if (!modified) continue;
      const { type, defaults } = this.read(modified);
      attributes.set(name, type);
      if (defaults) children.set(name, defaults);
    }
    return this.with(objectOf(attributes, optional), values, children);
  }

  /** What `optional(…)` wraps, or the expression itself; undefined after a mistake. */
  private optional(
    expression: Expression,
    name: string,
    optional: Set<string>,
    values: Map<string, Expression>,
  ): Expression | undefined {
    if (expression.kind !== "call" || expression.name !== "optional") return expression;
    const brackets = between(expression.openSpan, expression.closeSpan);
    const [type, fallback, extra] = expression.arguments;
    if (!type) {
      this.bad("Optional attribute modifier requires the attribute type as its argument.", brackets, expression);
      return undefined;
    }
    if (fallback && !this.withDefaults) {
      this.bad("Optional attribute modifier expects only one argument: the attribute type.", brackets, expression);
    } else if (extra) {
      const detail =
        "Optional attribute modifier expects at most two arguments: the attribute type, and a default value.";
      this.bad(detail, brackets, expression);
    } else if (fallback) values.set(name, fallback);
    optional.add(name);
    return type;
  }
}
