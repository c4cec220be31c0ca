import { goQuote } from "@kiln/sdk";
import { sortedEntries } from "../go/order.ts";
import { describe, sprint } from "../go/sprintf.ts";
import { typeName } from "../go/type.ts";
import type { GoValue } from "../go/value.ts";
import { elementAt, indirect, intValue, unwrapped } from "../go/value.ts";
import type { BranchNode, InvocationNode, TemplateNode, TemplateTree } from "../syntax/ast.ts";
import { printNode } from "../syntax/print.ts";
import { isTrue } from "./conversion.ts";
import type { Evaluation, FunctionTable } from "./evaluator.ts";
import { Evaluator } from "./evaluator.ts";
import { printable } from "./printable.ts";

type Maybe = GoValue | undefined;

/** Go stops here too; runaway recursion of templates is what it catches. */
const maxDepth = 100_000;

/** A list of nodes that is being walked, or a loop between two rounds. */
interface ListFrame {
  readonly kind: "list";
  readonly evaluator: Evaluator;
  readonly nodes: readonly TemplateNode[];
  readonly dot: Maybe;
  /** Variables to keep when it is done. */
  readonly keep: number;
  /** The body of a whole template. */
  readonly isTree: boolean;
  next: number;
}

interface LoopFrame {
  readonly kind: "loop";
  readonly evaluator: Evaluator;
  readonly node: BranchNode;
  readonly rounds: Iterator<readonly [index: Maybe, element: Maybe]>;
  readonly keep: number;
  /** Variables to keep between two rounds. */
  readonly keepInside: number;
}

type Frame = ListFrame | LoopFrame;

/** Walks the trees of a template. What is open is on a list, not on the call stack. */
export class Executor {
  readonly #trees: ReadonlyMap<string, TemplateTree>;
  readonly #functions: FunctionTable;
  readonly #frames: Frame[] = [];
  readonly #out: string[] = [];
  #depth = 0;

  constructor(trees: ReadonlyMap<string, TemplateTree>, functions: FunctionTable) {
    this.#trees = trees;
    this.#functions = functions;
  }

  /** The output of the tree called `name`. Throws `ExecutionFailure`; pauses at promises. */
  *run(name: string, dot: Maybe): Evaluation<string> {
    this.#enter(name, this.#trees.get(name)?.nodes ?? [], dot);
    for (;;) {
      const frame = this.#frames.at(-1);
      if (!frame) return this.#out.join("");
      if (frame.kind === "loop") this.#nextRound(frame);
      else yield* this.#nextNode(frame);
    }
  }

  #enter(name: string, nodes: readonly TemplateNode[], dot: Maybe): void {
    const evaluator = new Evaluator(name, this.#functions, dot);
    this.#frames.push({ kind: "list", evaluator, nodes, dot, keep: 1, isTree: true, next: 0 });
  }

  #leave(): void {
    const frame = this.#frames.pop();
    if (!frame) return;
    frame.evaluator.variables.length = Math.min(frame.keep, frame.evaluator.variables.length);
    if (frame.kind === "list" && frame.isTree) this.#depth--;
  }

  #nextRound(frame: LoopFrame): void {
    const { evaluator, node } = frame;
    const { variables } = evaluator;
    variables.length = frame.keepInside;
    const round = frame.rounds.next();
    if (round.done) {
      this.#leave();
      return;
    }
    const [index, element] = round.value;
    const [first, second] = node.pipe.declarations;
    if (node.pipe.isAssignment) {
      if (first) evaluator.assign(first.names[0], second ? index : element);
      if (second) evaluator.assign(second.names[0], element);
    } else {
      const top = variables.at(-1);
      if (first && top) top.value = element;
      const below = variables.at(-2);
      if (second && below) below.value = index;
    }
    this.#push(frame, node.body, element, frame.keepInside);
  }

  #push(frame: Frame, nodes: readonly TemplateNode[], dot: Maybe, keep: number): void {
    this.#frames.push({ kind: "list", evaluator: frame.evaluator, nodes, dot, keep, isTree: false, next: 0 });
  }

  *#nextNode(frame: ListFrame): Evaluation<void> {
    const node = frame.nodes[frame.next];
    if (!node) {
      this.#leave();
      return;
    }
    frame.next++;
    frame.evaluator.on(node);
    switch (node.kind) {
      case "text":
        this.#out.push(node.text);
        return;
      case "action": {
        const value = yield* frame.evaluator.pipeline(frame.dot, node.pipe);
        if (node.pipe.declarations.length > 0) return;
        frame.evaluator.on(node);
        this.#out.push(this.#print(frame, node, value));
        return;
      }
      case "if":
      case "with":
        yield* this.#branch(frame, node);
        return;
      case "range":
        yield* this.#range(frame, node);
        return;
      case "template":
        yield* this.#invoke(frame, node);
        return;
      default:
        this.#unwindTo(node.kind);
    }
  }

  #print(frame: ListFrame, node: TemplateNode, value: Maybe): string {
    const shown = printable(value);
    if (shown || !value) return sprint([shown]);
    return frame.evaluator.fail(`can't print ${printNode(node)} of type ${typeName(value.type)}`);
  }

  *#branch(frame: ListFrame, node: BranchNode): Evaluation<void> {
    const { variables } = frame.evaluator;
    const keep = variables.length;
    const value = yield* frame.evaluator.pipeline(frame.dot, node.pipe);
    const taken = isTrue(unwrapped(value));
    const nodes = taken ? node.body : node.otherwise;
    if (nodes) this.#push(frame, nodes, taken && node.kind === "with" ? value : frame.dot, keep);
    else variables.length = keep;
  }

  *#range(frame: ListFrame, node: BranchNode): Evaluation<void> {
    const { evaluator } = frame;
    const keep = evaluator.variables.length;
    const { value } = indirect(yield* evaluator.pipeline(frame.dot, node.pipe));
    if (node.pipe.declarations.length > 1 && (value?.kind === "int" || value?.kind === "uint")) {
      evaluator.fail(`can't use ${describe(value)} to iterate over more than one variable`);
    }
    const rounds = roundsOf(value);
    if (!rounds) return evaluator.fail(`range can't iterate over ${describe(value)}`);
    if (rounds.empty) {
      if (node.otherwise) this.#push(frame, node.otherwise, frame.dot, keep);
      else evaluator.variables.length = keep;
      return;
    }
    const keepInside = evaluator.variables.length;
    this.#frames.push({ kind: "loop", evaluator, node, rounds: rounds.each(), keep, keepInside });
  }

  *#invoke(frame: ListFrame, node: InvocationNode): Evaluation<void> {
    const tree = this.#trees.get(node.name);
    if (!tree) return frame.evaluator.fail(`template ${goQuote(node.name)} not defined`);
    if (this.#depth === maxDepth) frame.evaluator.fail(`exceeded maximum template depth (${maxDepth})`);
    const dot = node.pipe && (yield* frame.evaluator.pipeline(frame.dot, node.pipe));
    this.#depth++;
    this.#enter(node.name, tree.nodes, dot);
  }

  /** Leaves everything up to the loop: `break` ends it, `continue` goes to its next round. */
  #unwindTo(kind: "break" | "continue"): void {
    while (this.#frames.at(-1)?.kind === "list") this.#leave();
    if (kind === "break") this.#leave();
  }
}

interface Rounds {
  readonly empty: boolean;
  readonly each: () => Iterator<readonly [index: Maybe, element: Maybe]>;
}

/** What `range` goes through; undefined for what it cannot. No value is like an empty map. */
function roundsOf(value: Maybe): Rounds | undefined {
  if (!value) return { empty: true, each: () => [].values() };
  if (value.kind === "int" || value.kind === "uint") {
    const { value: count, type } = value;
    return {
      empty: count <= 0n,
      *each() {
        for (let i = 0n; i < count; i++) yield [undefined, intValue(i, type)];
      },
    };
  }
  if (value.kind === "slice" || value.kind === "array") {
    const length = value.items?.length ?? 0;
    return {
      empty: length === 0,
      *each() {
        for (let i = 0; i < length; i++) yield [intValue(i), elementAt(value, i)];
      },
    };
  }
  if (value.kind !== "map") return undefined;
  return { empty: (value.entries?.size ?? 0) === 0, each: () => sortedEntries(value).values() };
}
