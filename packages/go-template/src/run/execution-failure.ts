import type { AnyNode } from "../syntax/ast.ts";

/** Ends an execution at the first mistake. Never leaves `execute`. */
export class ExecutionFailure extends Error {
  static {
    this.prototype.name = "ExecutionFailure";
  }
  readonly node: AnyNode;
  /** The tree that was running: its name is in the message. */
  readonly tree: string;
  readonly code: `template/${string}`;
  readonly detail: string | undefined;

  constructor(
    reason: string,
    place: { readonly node: AnyNode; readonly tree: string },
    about: { readonly code?: `template/${string}` | undefined; readonly detail?: string | undefined } = {},
  ) {
    super(reason);
    this.node = place.node;
    this.tree = place.tree;
    this.code = about.code ?? "template/execution";
    this.detail = about.detail;
  }
}
