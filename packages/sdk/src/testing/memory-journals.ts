import type { Journal, JournalEntry, JournalledRun, JournalStore } from "../journal.ts";

/** Journals in memory; `entries` is everything ever written. A run counts as alive until `kill` is called on it. */
export class MemoryJournals implements JournalStore {
  readonly entries: JournalEntry[] = [];
  readonly #commands = new Map<string, string>();
  readonly #dead = new Set<string>();

  kill(run: string): void {
    this.#dead.add(run);
  }
  /** `event kind` of every entry, in order. */
  story(): readonly string[] {
    return this.entries.map((e) => `${e.event} ${e.kind}`);
  }
  #journal(run: string): Journal {
    return {
      run,
      append: async (entry) => void this.entries.push(entry),
      [Symbol.asyncDispose]: async () => {},
    };
  }
  async open(run: string, command: string): Promise<Journal> {
    this.#commands.set(run, command);
    return this.#journal(run);
  }
  async resume(run: string): Promise<Journal> {
    return this.#journal(run);
  }
  async forget(run: string): Promise<void> {
    this.#commands.delete(run);
  }
  async find(wanted: string): Promise<JournalledRun | undefined> {
    return (await this.runs()).find(({ run }) => run === wanted);
  }
  async runs(): Promise<readonly JournalledRun[]> {
    return [...this.#commands].map(([run, command]) => {
      const open = new Map<string, JournalEntry>();
      for (const entry of this.entries.filter((e) => e.run === run)) {
        if (entry.event === "released" || entry.event === "kept") open.delete(entry.resource);
        else open.set(entry.resource, { ...open.get(entry.resource), ...entry });
      }
      return { run, command, startedAt: "", alive: !this.#dead.has(run), outstanding: [...open.values()] };
    });
  }
}
