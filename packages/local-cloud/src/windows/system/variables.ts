/** Environment variables: names without regard to case, kept as first written. */
export class Variables {
  readonly #entries = new Map<string, readonly [string, string]>();

  constructor(entries: Iterable<readonly [string, string]> = []) {
    for (const [name, value] of entries) this.set(name, value);
  }
  get(name: string): string | undefined {
    return this.#entries.get(name.toLowerCase())?.[1];
  }
  /** An empty value removes the variable, as it does in Windows. */
  set(name: string, value: string): void {
    const id = name.toLowerCase();
    if (value === "") this.#entries.delete(id);
    else this.#entries.set(id, [this.#entries.get(id)?.[0] ?? name, value]);
  }
  /** In the order of the alphabet. */
  entries(): readonly (readonly [string, string])[] {
    return [...this.#entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }
  copy(): Variables {
    return new Variables(this.entries());
  }
  /** Replaces `%NAME%` by what it means; an unknown one stays as it is. */
  expand(text: string): string {
    return text.replace(/%([^%]+)%/g, (whole, name: string) => this.get(name) ?? whole);
  }
}
