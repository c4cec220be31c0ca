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

  variable(name: string): Value | undefined {
    for (let s: Scope | undefined = this; s; s = s.parent) {
      const found = s.variables?.get(name);
      if (found) return found;
    }
    return undefined;
  }

  itemOf(symbol: ItemSymbol): Value | undefined {
    for (let s: Scope | undefined = this; s; s = s.parent) if (s.item?.[0] === symbol) return s.item[1];
    return undefined;
  }

  /** All functions, the innermost table that there is; undefined where calls are not allowed. */
  functionTable(): FunctionTable | undefined {
    for (let s: Scope | undefined = this; s; s = s.parent) if (s.functions) return s.functions;
    return undefined;
  }

  /** Names of all variables, innermost first; undefined where variables are not allowed. */
  variableNames(): string[] | undefined {
    const names: string[] = [];
    let any = false;
    for (let s: Scope | undefined = this; s; s = s.parent) {
      if (!s.variables) continue;
      any = true;
      names.push(...s.variables.keys());
    }
    return any ? names : undefined;
  }
}
