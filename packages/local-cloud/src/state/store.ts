import { type CloudClock, systemClock } from "../clock.ts";
import { Journal, type JournalEntry } from "./journal.ts";
import type { Kind, Tables } from "./rows.ts";

interface Entry {
  readonly row: { readonly id: string };
  /** Milliseconds of the clock at which the row was first put; decides when a delayed read sees it. */
  readonly bornAt: number;
  readonly volatile: boolean;
}

/** What a transaction may do. */
export interface Transaction {
  put<K extends Kind>(kind: K, region: string, row: Tables[K]): void;
  /** In memory only: gone when this process ends. For things that are not yet worth keeping, such as a pending image. */
  putVolatile<K extends Kind>(kind: K, region: string, row: Tables[K]): void;
  remove(kind: Kind, region: string, id: string): void;
}

/** Rows to look at. */
export type StoredRows = Pick<Store, "get" | "rows" | "everywhere">;

/** All rows, by kind, region and id; every change is one transaction in the journal. Rows are immutable values. */
export class Store {
  /** Absent in a store that only shows what another process keeps. */
  readonly #journal: Journal | undefined;
  readonly #clock: CloudClock;
  readonly #entries = new Map<string, Map<string, Entry>>();
  #appended = false;

  private constructor(journal: Journal | undefined, clock: CloudClock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  static open(directory: string, clock: CloudClock): Store {
    const { journal, entries, lines } = Journal.open(directory);
    const store = new Store(journal, clock);
    for (const entry of entries) store.#apply(entry, false, 0);
    const live = [...store.#entries.values()].reduce((sum, table) => sum + table.size, 0);
    // Start-up stays proportional to what exists, not to what ever existed.
    if (lines > 200 && lines > 4 * live) journal.rewrite(store.#everything());
    return store;
  }

  /** What is stored now, whoever keeps it. */
  static read(directory: string): StoredRows {
    const store = new Store(undefined, systemClock);
    for (const entry of Journal.read(directory)) store.#apply(entry, false, 0);
    return store;
  }

  get<K extends Kind>(kind: K, region: string, id: string): Tables[K] | undefined {
    return this.#table(kind, region).get(id)?.row as Tables[K] | undefined;
  }

  rows<K extends Kind>(kind: K, region: string): Tables[K][] {
    return [...this.#table(kind, region).values()].map((entry) => entry.row as Tables[K]);
  }

  /** Rows of every region, with the region's name. */
  everywhere<K extends Kind>(kind: K): { readonly region: string; readonly row: Tables[K] }[] {
    return [...this.#entries].flatMap(([key, table]) => {
      const [tableKind, region = ""] = key.split("/");
      return tableKind === kind ? [...table.values()].map((e) => ({ region, row: e.row as Tables[K] })) : [];
    });
  }

  /** When the row was first put, in the clock's milliseconds; 0 for rows that were there at start. */
  bornAt(kind: Kind, region: string, id: string): number {
    return this.#table(kind, region).get(id)?.bornAt ?? 0;
  }

  change(edit: (transaction: Transaction) => void): void {
    const kept: JournalEntry[] = [];
    const volatile: JournalEntry[] = [];
    edit({
      put: (kind, region, row) => kept.push(["put", kind, region, row]),
      putVolatile: (kind, region, row) => volatile.push(["put", kind, region, row]),
      remove: (kind, region, id) => kept.push(["del", kind, region, id]),
    });
    if (kept.length > 0) {
      this.#journal?.append(kept);
      this.#appended = true;
    }
    for (const entry of kept) this.#apply(entry, false, this.#clock.now());
    for (const entry of volatile) this.#apply(entry, true, this.#clock.now());
  }

  /** Adds rows that are made anew at every start, where no stored one has their id. They show at once. */
  seed<K extends Kind>(kind: K, region: string, rows: readonly Tables[K][]): void {
    const table = this.#table(kind, region);
    for (const row of rows) if (!table.has(row.id)) table.set(row.id, { row, bornAt: 0, volatile: true });
  }

  /**
   * Closes the journal, and forgets what is no more: user data and tags of ended instances do not stay on the disk in its
   * older lines.
   */
  close(): void {
    try {
      if (this.#appended) this.#journal?.rewrite(this.#everything());
    } finally {
      this.#journal?.close();
    }
  }

  #apply(entry: JournalEntry, volatile: boolean, now: number): void {
    const [operation, kind, region, subject] = entry;
    const table = this.#table(kind, region);
    if (operation === "del") table.delete(subject);
    else table.set(subject.id, { row: subject, bornAt: table.get(subject.id)?.bornAt ?? now, volatile });
  }

  #table(kind: string, region: string): Map<string, Entry> {
    const key = `${kind}/${region}`;
    let table = this.#entries.get(key);
    if (!table) this.#entries.set(key, (table = new Map()));
    return table;
  }

  #everything(): JournalEntry[] {
    return [...this.#entries].flatMap(([key, table]) => {
      const [kind = "", region = ""] = key.split("/");
      const lasting = [...table.values()].filter((entry) => !entry.volatile);
      return lasting.map((entry): JournalEntry => ["put", kind, region, entry.row]);
    });
  }
}
