import type { GoType } from "../go/type.ts";
import { canBeNil, typeName } from "../go/type.ts";
import type { GoFuncValue, GoOutcome, GoValue } from "../go/value.ts";
import { fieldAt, indirect, mapKey, stringValue, unwrapped, zeroValue } from "../go/value.ts";
import type {
  AnyNode,
  ChainNode,
  CommandNode,
  FieldNode,
  IdentifierNode,
  OperandNode,
  PipeNode,
  VariableNode,
} from "../syntax/ast.ts";
import { printNode } from "../syntax/print.ts";
import { builtins, forCall, parameterType } from "./builtins.ts";
import type { Fitted } from "./conversion.ts";
import { fitArgument, isTrue } from "./conversion.ts";
import { ExecutionFailure } from "./execution-failure.ts";
import { idealConstant, typedLiteral } from "./literals.ts";
import { boundMethod } from "./methods.ts";

/** Functions by name. */
export type FunctionTable = ReadonlyMap<string, GoFuncValue>;

/** Evaluation pauses at every promise a function gives; the driver answers with what it came to. */
export type Evaluation<T> = Generator<Promise<GoOutcome>, T, GoOutcome>;

type Maybe = GoValue | undefined;

/** "Nothing came through the pipe", which is not the same as "no value came". */
const nothing = Symbol("nothing");
type Piped = Maybe | typeof nothing;

interface Variable {
  readonly name: string;
  value: Maybe;
}

/** Evaluates pipelines within one run of one tree; the executor walks the nodes around them. */
export class Evaluator {
  readonly #functions: FunctionTable;
  readonly tree: string;
  /** Innermost last. */
  readonly variables: Variable[];
  /** What messages are about. */
  #node: AnyNode | undefined;

  constructor(tree: string, functions: FunctionTable, dot: Maybe) {
    this.tree = tree;
    this.#functions = functions;
    this.variables = [{ name: "$", value: dot }];
  }

  /** Messages are about this node from now on. */
  on(node: AnyNode): void {
    this.#node = node;
  }

  fail(reason: string, about: { code?: `template/${string}`; detail?: string | undefined } = {}): never {
    const node = this.#node ?? { kind: "text", at: 0, span: { start: 0, end: 0 }, text: "" };
    throw new ExecutionFailure(reason, { node, tree: this.tree }, about);
  }

  assign(name: string, value: Maybe): void {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    if (!variable) this.fail(`undefined variable: ${name}`);
    else variable.value = value;
  }

  #lookUp(name: string): Maybe {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    return variable ? variable.value : this.fail(`undefined variable: ${name}`);
  }

  *pipeline(dot: Maybe, pipe: PipeNode): Evaluation<Maybe> {
    this.on(pipe);
    let value: Piped = nothing;
    for (const command of pipe.commands) {
      const result: Maybe = yield* this.#command(dot, command, value);
      value = result?.kind === "interface" && result.type.name === "" ? unwrapped(result) : result;
    }
    const result = value === nothing ? undefined : value;
    for (const { names } of pipe.declarations) {
      if (pipe.isAssignment) this.assign(names[0], result);
      else this.variables.push({ name: names[0], value: result });
    }
    return result;
  }

  *#command(dot: Maybe, command: CommandNode, piped: Piped): Evaluation<Maybe> {
    const { args } = command;
    const [first] = args;
    switch (first.kind) {
      case "field":
        return yield* this.#field(dot, first, args, piped);
      case "chain":
        return yield* this.#chain(dot, first, args, piped);
      case "identifier":
        return yield* this.#function(dot, first, command, args, piped);
      case "pipe":
        this.#refuseArguments(args, piped);
        return yield* this.pipeline(dot, first);
      case "variable":
        return yield* this.#variable(dot, first, args, piped);
      default:
    }
    this.on(first);
    this.#refuseArguments(args, piped);
    if (first.kind === "nil") return this.fail("nil is not a command");
    return first.kind === "dot" ? dot : this.#constant(first);
  }

  #refuseArguments(args: readonly OperandNode[], piped: Piped): void {
    const [first] = args;
    if (first && (args.length > 1 || piped !== nothing)) {
      this.fail(`can't give argument to non-function ${printNode(first)}`);
    }
  }

  /** A literal where nothing says which type it should have. */
  #constant(node: OperandNode): Maybe {
    this.on(node);
    return this.#unlessError(idealConstant(node));
  }

  #unlessError(fitted: Fitted): Maybe {
    return "error" in fitted ? this.fail(fitted.error) : fitted.value;
  }

  *#field(dot: Maybe, node: FieldNode, args: readonly OperandNode[], piped: Piped): Evaluation<Maybe> {
    this.on(node);
    return yield* this.#fieldChain(dot, dot, node, node.names, args, piped);
  }

  *#chain(dot: Maybe, node: ChainNode, args: readonly OperandNode[], piped: Piped): Evaluation<Maybe> {
    this.on(node);
    if (node.operand.kind === "nil") this.fail(`indirection through explicit nil in ${printNode(node)}`);
    const receiver = yield* this.#argument(dot, undefined, node.operand);
    return yield* this.#fieldChain(dot, receiver, node, node.names, args, piped);
  }

  *#variable(dot: Maybe, node: VariableNode, args: readonly OperandNode[], piped: Piped): Evaluation<Maybe> {
    this.on(node);
    const [name, ...fields] = node.names;
    const value = this.#lookUp(name);
    if (fields.length > 0) return yield* this.#fieldChain(dot, value, node, fields, args, piped);
    this.#refuseArguments(args, piped);
    return value;
  }

  *#fieldChain(
    dot: Maybe,
    start: Maybe,
    node: AnyNode,
    names: readonly string[],
    args: readonly OperandNode[],
    piped: Piped,
  ): Evaluation<Maybe> {
    let receiver = start;
    for (const [i, name] of names.entries()) {
      const last = i === names.length - 1;
      receiver = yield* this.#member(dot, name, node, last ? args : [], last ? piped : nothing, receiver);
    }
    return receiver;
  }

  /** One step `.name`: a method, a field or an entry. */
  *#member(
    dot: Maybe,
    name: string,
    node: AnyNode,
    args: readonly OperandNode[],
    piped: Piped,
    given: Maybe,
  ): Evaluation<Maybe> {
    if (!given) return undefined;
    const type = typeName(given.type);
    const { value: receiver, isNil: endsInNil } = indirect(given);
    if (!receiver || (receiver.kind === "interface" && endsInNil)) {
      return this.fail(`nil pointer evaluating ${type}.${name}`);
    }
    const method = boundMethod(receiver, name);
    if (method) return yield* this.#call(dot, method, { node, name, builtin: false }, args, piped);
    const hasArguments = args.length > 1 || piped !== nothing;
    if (receiver.kind === "struct") {
      const index = receiver.type.fields.findIndex((field) => field.name === name);
      if (index >= 0) {
        if (!/^\p{Lu}/u.test(name)) this.fail(`${name} is an unexported field of struct type ${type}`);
        if (hasArguments) this.fail(`${name} has arguments but cannot be invoked as function`);
        return fieldAt(receiver, index);
      }
    } else if (receiver.kind === "map") {
      const { key } = receiver.type;
      if (key.kind === "string" ? key.name === "string" : key.kind === "interface" && key.name === "") {
        if (hasArguments) this.fail(`${name} is not a method but has arguments`);
        return receiver.entries?.get(mapKey(stringValue(name)))?.[1];
      }
    } else if (receiver.kind === "pointer" && endsInNil) {
      const target = receiver.type.element;
      const lacks = target.kind === "struct" && !target.fields.some((field) => field.name === name);
      if (!lacks) this.fail(`nil pointer evaluating ${type}.${name}`);
    }
    return this.fail(`can't evaluate field ${name} in type ${type}`);
  }

  *#function(
    dot: Maybe,
    node: IdentifierNode,
    command: AnyNode,
    args: readonly OperandNode[],
    piped: Piped,
  ): Evaluation<Maybe> {
    this.on(node);
    const own = this.#functions.get(node.name);
    const fn = own ?? builtins.get(node.name) ?? this.fail(`"${node.name}" is not a defined function`);
    return yield* this.#call(dot, fn, { node: command, name: node.name, builtin: !own }, args, piped);
  }

  /** `args` includes the function itself, when it has any. */
  *#call(
    dot: Maybe,
    fn: GoFuncValue,
    callee: { readonly node: AnyNode; readonly name: string; readonly builtin: boolean },
    nodes: readonly OperandNode[],
    piped: Piped,
  ): Evaluation<Maybe> {
    const args = nodes.slice(1);
    this.#checkCount(fn, callee.name, args.length, piped);
    if (callee.builtin && (callee.name === "and" || callee.name === "or")) {
      return yield* this.#shortCircuit(dot, callee.name === "or", args, piped);
    }
    const values: Maybe[] = [];
    for (const [i, arg] of args.entries()) {
      const type = parameterType(fn, i);
      values.push(forCall(yield* this.#argument(dot, type, arg), type));
    }
    if (piped !== nothing) {
      const type = parameterType(fn, args.length);
      values.push(forCall(this.#fit(piped, type), type));
    }
    if (callee.builtin && callee.name === "call") {
      const [first] = args;
      values.unshift(stringValue(first ? printNode(first) : reflectString(values[0])));
    }
    const result = fn.call ? fn.call(values) : this.fail("call of nil function");
    const outcome = result instanceof Promise ? yield result : result;
    if (outcome.ok) return outcome.value;
    this.on(callee.node);
    return this.fail(`error calling ${callee.name}: ${outcome.message}`, {
      code: "template/function-failed",
      detail: outcome.detail,
    });
  }

  #checkCount(fn: GoFuncValue, name: string, given: number, piped: Piped): void {
    const count = given + (piped === nothing ? 0 : 1);
    const { params, variadic } = fn.type;
    if (variadic && count < params.length - 1) {
      this.fail(`wrong number of args for ${name}: want at least ${params.length - 1} got ${given}`);
    }
    if (!variadic && count !== params.length) {
      this.fail(`wrong number of args for ${name}: want ${params.length} got ${count}`);
    }
  }

  *#shortCircuit(dot: Maybe, stopAt: boolean, args: readonly OperandNode[], piped: Piped): Evaluation<Maybe> {
    let value: Maybe;
    for (const arg of args) {
      value = yield* this.#argument(dot, { kind: "reflect" }, arg);
      if (isTrue(unwrapped(value)) === stopAt) return value;
    }
    return piped === nothing ? value : piped;
  }

  #fit(value: Maybe, type: GoType | undefined): Maybe {
    return type ? this.#unlessError(fitArgument(value, type)) : value;
  }

  /** An argument for a parameter of that type; without a type it is taken as it is. */
  *#argument(dot: Maybe, type: GoType | undefined, node: OperandNode): Evaluation<Maybe> {
    this.on(node);
    switch (node.kind) {
      case "dot":
        return this.#fit(dot, type);
      case "nil":
        if (!type || !canBeNil(type)) return this.fail(`cannot assign nil to ${type ? typeName(type) : "nil"}`);
        return type.kind === "reflect" ? undefined : zeroValue(type);
      case "field":
        return this.#fit(yield* this.#field(dot, node, [node], nothing), type);
      case "variable":
        return this.#fit(yield* this.#variable(dot, node, [], nothing), type);
      case "pipe":
        return this.#fit(yield* this.pipeline(dot, node), type);
      case "identifier":
        return this.#fit(yield* this.#function(dot, node, node, [], nothing), type);
      case "chain":
        return this.#fit(yield* this.#chain(dot, node, [], nothing), type);
      default:
        return this.#unlessError(typedLiteral(node, type));
    }
  }
}

/** `reflect.Value.String`: the text of a string, else the type in angle brackets. */
function reflectString(value: Maybe): string {
  if (!value) return "<invalid Value>";
  return value.kind === "string" ? value.value : `<${typeName(value.type)} Value>`;
}
