import { ApiError, invalidValue, missingParameter, unknownParameter } from "./api-error.ts";

interface Node {
  text: string | undefined;
  readonly children: Map<string, Node>;
}

/**
 * The parameters of a Query request, as a tree. Whatever is not read before `refuseUnread` is refused, so a client never
 * believes that a parameter was obeyed when it was not even known.
 */
export class Params {
  readonly #node: Node;
  readonly #path: string;
  readonly #read = new Set<string>();
  readonly #groups: Params[] = [];

  private constructor(node: Node, path: string) {
    this.#node = node;
    this.#path = path;
  }

  static of(pairs: Iterable<readonly [string, string]>): Params {
    const root: Node = { text: undefined, children: new Map() };
    for (const [key, value] of pairs) {
      let node = root;
      for (const part of key.split(".")) {
        // IAM and STS wrap list elements in `member`, EC2 does not.
        if (part === "member") continue;
        let next = node.children.get(part);
        if (!next) node.children.set(part, (next = { text: undefined, children: new Map() }));
        node = next;
      }
      node.text = value;
    }
    return new Params(root, "");
  }

  text(name: string): string | undefined {
    this.#read.add(name);
    return this.#node.children.get(name)?.text;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw missingParameter(this.path(name));
    return value;
  }

  /** One of the given words. */
  word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || value === "") return undefined;
    const known = words.find((word) => word === value);
    if (known === undefined) throw invalidValue(this.path(name), value, `Valid values: ${words.join(", ")}.`);
    return known;
  }

  whole(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined || value === "") return undefined;
    if (!/^-?\d{1,10}$/.test(value)) throw invalidValue(this.path(name), value, "Expected a whole number.");
    return Number(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined || value === "") return undefined;
    const lower = value.toLowerCase();
    if (lower !== "true" && lower !== "false") throw invalidValue(this.path(name), value, "Expected true or false.");
    return lower === "true";
  }

  texts(name: string): string[] {
    this.#read.add(name);
    return this.#elements(name).flatMap(([, node]) => (node.text === undefined ? [] : [node.text]));
  }

  group(name: string): Params | undefined {
    this.#read.add(name);
    const node = this.#node.children.get(name);
    return node && this.#inner(node, this.path(name));
  }

  groups(name: string): Params[] {
    this.#read.add(name);
    return this.#elements(name).map(([index, node]) => this.#inner(node, `${this.path(name)}.${index}`));
  }

  /** Names of the members that are present. */
  names(): string[] {
    return [...this.#node.children.keys()];
  }

  /** All parameters below this one, flat, read or not; marks them as read. */
  flatten(): Record<string, string> {
    const found: Record<string, string> = {};
    const walk = (node: Node, prefix: string): void => {
      if (node.text !== undefined) found[prefix] = node.text;
      for (const [name, child] of node.children) walk(child, prefix === "" ? name : `${prefix}.${name}`);
    };
    walk(this.#node, "");
    for (const name of this.#node.children.keys()) this.#read.add(name);
    return found;
  }

  /** The full name of a member, for messages. */
  path(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }

  refuseUnread(): void {
    const unread = this.#unread();
    if (unread.length > 0) throw unknownParameter(unread);
  }

  #unread(): string[] {
    const own = this.names().filter((name) => !this.#read.has(name));
    return [...own.map((name) => this.path(name)), ...this.#groups.flatMap((group) => group.#unread())];
  }

  #inner(node: Node, path: string): Params {
    const group = new Params(node, path);
    this.#groups.push(group);
    return group;
  }

  #elements(name: string): [string, Node][] {
    const children = [...(this.#node.children.get(name)?.children ?? [])];
    const wrong = children.find(([index]) => !/^\d+$/.test(index));
    if (wrong) throw new ApiError("UnknownParameter", `The parameter ${this.path(name)}.${wrong[0]} is not recognized`);
    return children.toSorted(([a], [b]) => Number(a) - Number(b));
  }
}
