import type { Diagnostic } from "@kiln/sdk";
import type { Expression } from "../syntax/ast.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import type { CapsuleType, Type } from "../values/type.ts";
import type { Value } from "../values/value.ts";

/** A parameter of this type takes its argument unevaluated. */
export const EXPRESSION: CapsuleType = { kind: "capsule", name: "expression closure" };
/** A parameter of this type takes a type constraint such as `list(string)`. */
export const TYPE: CapsuleType = { kind: "capsule", name: "type" };

/** What an EXPRESSION parameter receives. */
export interface Closure {
  readonly expression: Expression;
  evaluate(): { readonly value: Value; readonly diagnostics: readonly Diagnostic[] };
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
  /** Null is passed on instead of refused. */
  readonly allowNull?: boolean;
  /** An unknown argument is passed on instead of making the result unknown. */
  readonly allowUnknown?: boolean;
  /** An argument of unknown type is passed on instead of making the result unknown. */
  readonly allowDynamic?: boolean;
  /** Marks inside the argument stay where they are; only its own move to the result. */
  readonly keepInner?: boolean;
}

/** A function as HCL sees it. The calling rules around `call` are those of cty's function package. */
export interface FunctionSpec {
  readonly parameters: readonly Parameter[];
  /** Takes all further arguments. */
  readonly variadic?: Parameter;
  /** Type of the result, or how it follows from the arguments (which may be unknown). */
  readonly returns: Type | ((args: readonly Value[]) => Type | Fault);
  /** The result is never null, so that even an unknown one is certain not to be. */
  readonly notNull?: boolean;
  readonly call: (args: readonly Value[], type: Type) => Outcome;
}

/** Functions by name; `names` lists all of them without building any. */
export interface FunctionTable {
  get(name: string): FunctionSpec | undefined;
  names(): Iterable<string>;
}

/** A fault in one argument, counted from 0. */
export class ArgumentFault extends Fault {
  readonly index: number;
  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}
