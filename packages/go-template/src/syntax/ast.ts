import type { NumberConstant } from "../go/number-literal.ts";
import type { TextSpan } from "../problem.ts";

/**
 * The syntax tree of a template. `at` is the offset that Go's messages name (a chain's is that of its first field),
 * `span` the text the node covers; both in UTF-16 units.
 */
interface Placed {
  readonly at: number;
  readonly span: TextSpan;
}

/** What a template or a branch holds, in order. */
export type TemplateNode = TextNode | ActionNode | BranchNode | InvocationNode | BreakNode | ContinueNode;

/** Literal text, trimmed by its neighbours' `-`; `span` is what is left of it in the source. */
export interface TextNode extends Placed {
  readonly kind: "text";
  readonly text: string;
}

/** `{{ pipeline }}`; `span` includes the delimiters. */
export interface ActionNode extends Placed {
  readonly kind: "action";
  readonly pipe: PipeNode;
}

/** `{{if}}`, `{{with}}` or `{{range}}` up to its `{{end}}`; `span` is the opening action. */
export interface BranchNode extends Placed {
  readonly kind: "if" | "with" | "range";
  readonly pipe: PipeNode;
  readonly body: readonly TemplateNode[];
  /** Absent without `{{else}}`. */
  readonly otherwise?: readonly TemplateNode[];
}

/** `{{template "name" pipeline}}`, also what `{{block}}` leaves behind. */
export interface InvocationNode extends Placed {
  readonly kind: "template";
  readonly name: string;
  readonly pipe?: PipeNode;
}

export interface BreakNode extends Placed {
  readonly kind: "break";
}

export interface ContinueNode extends Placed {
  readonly kind: "continue";
}

/** `$x := a | b c`. */
export interface PipeNode extends Placed {
  readonly kind: "pipe";
  readonly declarations: readonly VariableNode[];
  /** `=` rather than `:=`. */
  readonly isAssignment: boolean;
  readonly commands: readonly CommandNode[];
}

/** A function or operand and its arguments. */
export interface CommandNode extends Placed {
  readonly kind: "command";
  /** At least one. */
  readonly args: readonly [OperandNode, ...OperandNode[]];
}

/** What can stand in a command. */
export type OperandNode =
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | DotNode
  | NilNode
  | BoolNode
  | NumberNode
  | StringNode
  | PipeNode;

/** `.A.B` */
export interface FieldNode extends Placed {
  readonly kind: "field";
  readonly names: readonly [string, ...string[]];
}

/** `$x.A`: the first name keeps its dollar sign. */
export interface VariableNode extends Placed {
  readonly kind: "variable";
  readonly names: readonly [string, ...string[]];
}

/** `(pipeline).A.B` or `function.A` */
export interface ChainNode extends Placed {
  readonly kind: "chain";
  readonly operand: OperandNode;
  readonly names: readonly [string, ...string[]];
}

/** The name of a function. */
export interface IdentifierNode extends Placed {
  readonly kind: "identifier";
  readonly name: string;
}

export interface DotNode extends Placed {
  readonly kind: "dot";
}

export interface NilNode extends Placed {
  readonly kind: "nil";
}

export interface BoolNode extends Placed {
  readonly kind: "bool";
  readonly value: boolean;
}

export interface NumberNode extends Placed {
  readonly kind: "number";
  readonly constant: NumberConstant;
  readonly source: string;
}

export interface StringNode extends Placed {
  readonly kind: "string";
  readonly value: string;
  /** With its quotes. */
  readonly source: string;
}

/** Every node there is. */
export type AnyNode = TemplateNode | CommandNode | OperandNode;

/** One `{{define}}` or the template itself. */
export interface TemplateTree {
  readonly name: string;
  readonly nodes: readonly TemplateNode[];
}
