import { canonical } from "./canonical.ts";
import type { OutsideNote } from "./outside-notes.ts";
import type { CacheStore, StoredEntry } from "./store.ts";

export interface StoreContents {
  readonly entries: readonly StoredEntry[];
  /** What this store's states held outside and no entry knows any more. */
  readonly orphans: readonly OutsideNote[];
}

export async function contentsOf(store: CacheStore, signal: AbortSignal): Promise<StoreContents> {
  // The notes first: a note is written when its entry is there, so one without an entry has lost it.
  const notes = await store.outside.list();
  const entries = await store.list(signal);
  const known = new Set(entries.flatMap(({ record }) => (record?.outside ? [identity(record.outside)] : [])));
  return { entries, orphans: notes.filter(({ outside }) => !outside || !known.has(identity(outside))) };
}

function identity({ kind, ref }: { readonly kind: string; readonly ref: unknown }): string {
  return canonical([kind, ref]);
}
