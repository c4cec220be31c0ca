import { type Access, messageOf } from "@kiln/sdk";
import type { Registry } from "../registry.ts";
import { contentsOf } from "./orphans.ts";
import type { OutsideNote } from "./outside-notes.ts";
import { removeEntry } from "./remove-entry.ts";
import type { CacheStore, StoredEntry } from "./store.ts";

/** Which entries go. Without any limit, all of them; broken ones always. */
export interface PruneLimits {
  /** Those last used longer ago than this, in milliseconds. */
  readonly olderThanMs?: number;
  /** Those used least lately, until no more than these bytes remain. */
  readonly maxBytes?: number;
}
export interface PruneRequest {
  readonly store: CacheStore;
  readonly registry: Registry;
  readonly access: Access;
  readonly signal: AbortSignal;
  readonly limits: PruneLimits;
  readonly dryRun: boolean;
  readonly onEntry: (entry: StoredEntry, error?: string) => void;
  /** What no entry knows any more; `text` is a line for a person. */
  readonly onOrphan: (text: string, error?: string) => void;
}
export interface Pruned {
  readonly removed: number;
  /** Things outside of the store that no entry knew. */
  readonly orphans: number;
  readonly failed: number;
  readonly bytes: number;
}

/** The entries that go, those with most provisioners done first: what they hold may be built upon what others hold. */
function entriesToPrune(
  entries: readonly StoredEntry[],
  { olderThanMs, maxBytes }: PruneLimits,
  now: Date,
): readonly StoredEntry[] {
  const all = olderThanMs === undefined && maxBytes === undefined;
  const going = new Set(entries.filter((entry) => all || entry.broken !== undefined));
  if (olderThanMs !== undefined) {
    for (const entry of entries) if (now.getTime() - entry.lastUsed.getTime() > olderThanMs) going.add(entry);
  }
  if (maxBytes !== undefined) {
    const staying = entries.filter((entry) => !going.has(entry));
    let bytes = staying.reduce((sum, entry) => sum + entry.bytes, 0);
    // Of those used at the same moment the deepest goes first: the others still serve without it.
    const byUse = staying.toSorted((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime() || depth(b) - depth(a));
    for (const entry of byUse) {
      if (bytes <= maxBytes) break;
      going.add(entry);
      bytes -= entry.bytes;
    }
  }
  return [...going].sort((a, b) => depth(b) - depth(a));
}

function depth(entry: StoredEntry): number {
  return entry.record?.done ?? 0;
}

/** Removes stored states and what they hold outside of the store; what no state knows any more goes in any case. */
export async function pruneCache(request: PruneRequest): Promise<Pruned> {
  const { store, registry, access, signal, limits, dryRun, onEntry, onOrphan } = request;
  if (!dryRun) await store.sweep();
  const { entries, orphans } = await contentsOf(store, signal);
  let removed = 0;
  let failed = 0;
  let bytes = 0;
  for (const entry of entriesToPrune(entries, limits, access.host.clock.now())) {
    const failure = dryRun ? undefined : await removeEntry(entry.key, store, registry, access, signal);
    onEntry(entry, failure === undefined ? undefined : messageOf(failure));
    if (failure !== undefined) failed++;
    else {
      removed++;
      bytes += entry.bytes;
    }
  }
  let released = 0;
  for (const note of orphans) {
    const text = await orphanText(note, registry);
    const failure = dryRun ? undefined : await removeOrphan(note, request);
    onOrphan(text, failure === undefined ? undefined : messageOf(failure));
    if (failure !== undefined) failed++;
    else {
      released++;
      bytes += note.outside?.bytes ?? 0;
    }
  }
  return { removed, orphans: released, failed, bytes };
}

async function orphanText({ path, outside }: OutsideNote, registry: Registry): Promise<string> {
  const kind = outside && (await registry.resourceKind(outside.kind));
  return kind ? kind.describe(outside.ref, outside.ref) : `damaged note ${path}`;
}

/** Gives the error, where it could not be removed and its note stays. */
async function removeOrphan({ path, outside }: OutsideNote, request: PruneRequest): Promise<unknown> {
  const { registry, access, signal } = request;
  try {
    if (outside) {
      const kind = await registry.resourceKind(outside.kind);
      if (!kind) return new Error(`nothing here knows how to remove a ${outside.kind}`);
      await kind.release(outside.ref, access, signal);
    }
    await access.host.files.remove(path);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}
