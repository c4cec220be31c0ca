import type { ScriptBody } from "../syntax/ast.ts";
import type { Value } from "../values/value.ts";

export interface Variable {
  value: Value;
  /** A type that everything assigned is converted to. */
  readonly type: string | undefined;
}
export interface FunctionDefinition {
  readonly name: string;
  readonly body: ScriptBody;
  readonly isFilter: boolean;
}

/** Names of one level of a script. Functions and scripts see those of their callers. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly kind: "global" | "script" | "function";
  readonly variables = new Map<string, Variable>();
  readonly functions = new Map<string, FunctionDefinition>();
  readonly aliases = new Map<string, string>();

  constructor(parent: Scope | undefined, kind: Scope["kind"]) {
    this.parent = parent;
    this.kind = kind;
  }
  get global(): Scope {
    let scope: Scope = this;
    while (scope.parent) scope = scope.parent;
    return scope;
  }
  get script(): Scope {
    let scope: Scope = this;
    while (scope.parent && scope.kind !== "script") scope = scope.parent;
    return scope;
  }
  /** A variable of this scope or of one around it. */
  find(name: string): Variable | undefined {
    const id = name.toLowerCase();
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const found = scope.variables.get(id);
      if (found) return found;
    }
    return undefined;
  }
  /** Sets a variable here; a type that it has stays. */
  set(name: string, value: Value, type?: string): void {
    const id = name.toLowerCase();
    this.variables.set(id, { value, type: type ?? this.variables.get(id)?.type });
  }
  findFunction(name: string): FunctionDefinition | undefined {
    const id = name.toLowerCase();
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const found = scope.functions.get(id);
      if (found) return found;
    }
    return undefined;
  }
  findAlias(name: string): string | undefined {
    const id = name.toLowerCase();
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const found = scope.aliases.get(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
