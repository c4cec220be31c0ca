import { identifier } from "./quote-hcl.ts";

/** Gives each name an identifier that no other has: `a b` and `a.b` would both become `a_b`. */
export class DistinctNames {
  private readonly given = new Map<string, string>();
  private readonly taken = new Set<string>();

  /** Names that must be told apart, with what each would like to become. Those that can stay as they are do. */
  constructor(wanted: ReadonlyMap<string, string>) {
    for (const [name, wish] of wanted) if (identifier(wish) === name) this.of(name);
    for (const [name, wish] of wanted) this.of(name, wish);
  }

  of(name: string, wish = name): string {
    const made = this.given.get(name) ?? this.fresh(wish);
    this.given.set(name, made);
    return made;
  }

  /** An identifier for something that had no name before. */
  fresh(wish: string): string {
    const plain = identifier(wish);
    let made = plain;
    for (let i = 2; this.taken.has(made); i++) made = `${plain}_${i}`;
    this.taken.add(made);
    return made;
  }
}
