import type { FunctionTable } from "../functions/function.ts";
import type { ItemSymbol } from "../syntax/ast.ts";
import type { Value } from "../values/value.ts";

/** Names that an expression may use: variables and functions, its own before those of the scopes around it. */
export class Scope {
  private readonly variables: ReadonlyMap<string, Value> | undefined;
  private readonly functions: FunctionTable | undefined;
  private readonly parent: Scope | undefined;
  private readonly item: readonly [ItemSymbol, Value] | undefined;

  /** Without variables (or functions) anywhere, using one is reported as not allowed here. */
  constructor(
    names: { readonly variables?: ReadonlyMap<string, Value>; readonly functions?: FunctionTable } = {},
    parent?: Scope,
    item?: readonly [ItemSymbol, Value],
  ) {
    this.variables = names.variables;
    this.functions = names.functions;
    this.parent = parent;
    this.item = item;
  }

  /** A scope inside this one. */
  child(variables: ReadonlyMap<string, Value> | Readonly<Record<string, Value>>): Scope {
    return new Scope({ variables: variables instanceof Map ? variables : new Map(Object.entries(variables)) }, this);
  }

  /** A scope in which the symbol of a splat stands for `value`. */
  withItem(symbol: ItemSymbol, value: Value): Scope {
    return new Scope({}, this, [symbol, value]);
  }

  /** This scope and those around it, innermost first. */
  private *chain(): Generator<Scope> {
    yield this;
    if (this.parent) yield* this.parent.chain();
  }

  variable(name: string): Value | undefined {
    return this.variables?.get(name) ?? this.parent?.variable(name);
  }

  itemOf(symbol: ItemSymbol): Value | undefined {
    return this.item?.[0] === symbol ? this.item[1] : this.parent?.itemOf(symbol);
  }

  /** All functions, the innermost table that there is; undefined where calls are not allowed. */
  functionTable(): FunctionTable | undefined {
    return this.functions ?? this.parent?.functionTable();
  }

  /** Names of all variables, innermost first; undefined where variables are not allowed. */
  variableNames(): string[] | undefined {
    const scopes = [...this.chain()].filter((s) => s.variables);
    return scopes.length === 0 ? undefined : scopes.flatMap((s) => [...(s.variables?.keys() ?? [])]);
  }
}
