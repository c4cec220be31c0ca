import type { TextSpan } from "../problem.ts";
import type { CommandNode, OperandNode, PipeNode, TemplateNode } from "../syntax/ast.ts";
import { ParseFailure } from "../syntax/parse-failure.ts";
import { Parser } from "../syntax/parser.ts";

/** A call of a function with a literal name, such as `{{user `region`}}`. */
export interface FunctionReference {
  readonly fn: string;
  /** The literal first argument; absent when it is computed or missing. */
  readonly name?: string;
  /** The name in the template text, quotes included; of the function where there is none. */
  readonly span: TextSpan;
}

/**
 * Every call of the given functions in a text, in order: what `did you mean` for user variables and `hcl2_upgrade`
 * need. A text that does not parse has none (rendering says why).
 */
export function functionReferences(text: string, functions: ReadonlySet<string>): readonly FunctionReference[] {
  const found: FunctionReference[] = [];
  const parser = new Parser("root", text, () => true);
  try {
    for (const tree of parser.parse().values()) {
      visitPipes(tree.nodes, (pipe) => visitCommands(pipe, (command) => collect(command, functions, found)));
    }
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    return [];
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

/** The user variables a text asks for, with their places. */
export function userReferences(text: string): readonly (FunctionReference & { readonly name: string })[] {
  return functionReferences(text, new Set(["user"])).filter(
    (reference) => reference.name !== undefined,
  ) as readonly (FunctionReference & {
    readonly name: string;
  })[];
}

function collect(command: CommandNode, functions: ReadonlySet<string>, found: FunctionReference[]): void {
  const [first, second] = command.args;
  if (first.kind !== "identifier" || !functions.has(first.name)) return;
  if (second?.kind === "string") found.push({ fn: first.name, name: second.value, span: second.span });
  else found.push({ fn: first.name, span: first.span });
}

function visitPipes(nodes: readonly TemplateNode[], visit: (pipe: PipeNode) => void): void {
  const pending: (readonly TemplateNode[])[] = [nodes];
  for (let list = pending.pop(); list; list = pending.pop()) {
    for (const node of list) {
      if ("pipe" in node && node.pipe) visit(node.pipe);
      if ("body" in node) pending.push(node.body, node.otherwise ?? []);
    }
  }
}

function visitCommands(pipe: PipeNode, visit: (command: CommandNode) => void): void {
  for (const command of pipe.commands) {
    visit(command);
    for (const arg of command.args) visitOperand(arg, visit);
  }
}

function visitOperand(node: OperandNode, visit: (command: CommandNode) => void): void {
  if (node.kind === "pipe") visitCommands(node, visit);
  else if (node.kind === "chain") visitOperand(node.operand, visit);
}
