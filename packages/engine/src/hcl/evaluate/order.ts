/** Something that others depend on. */
export interface Node {
  readonly key: string;
  /** Keys of what it needs; those of nobody are ignored. */
  readonly needs: readonly string[];
}
export interface Order<T extends Node> {
  /** Everything that can be put in order, what is needed first. */
  readonly sorted: readonly T[];
  /** Circles, each as a way from a node back to itself. */
  readonly circles: readonly (readonly T[])[];
}

/** Puts nodes in the order of their needs, keeping their own order where that is free. Linear, and no recursion: chains may be long. */
export function inOrder<T extends Node>(nodes: readonly T[]): Order<T> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const state = new Map<string, "open" | "done">();
  const sorted: T[] = [];
  const circles: (readonly T[])[] = [];
  for (const root of nodes) {
    const stack: { readonly node: T; next: number }[] = state.has(root.key) ? [] : [{ node: root, next: 0 }];
    state.set(root.key, state.get(root.key) ?? "open");
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const need = top.node.needs[top.next++];
      if (need === undefined) {
        state.set(top.node.key, "done");
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      const node = byKey.get(need);
      if (!node) continue;
      const seen = state.get(need);
      if (seen === "open") {
        const from = stack.findIndex((entry) => entry.node.key === need);
        circles.push([...stack.slice(from).map((entry) => entry.node), node]);
      } else if (!seen) {
        state.set(need, "open");
        stack.push({ node, next: 0 });
      }
    }
  }
  return { sorted, circles };
}
