import type { Access } from "@kiln/sdk";
import type { Registry } from "../registry.ts";
import type { CacheStore } from "./store.ts";

/**
 * Removes what an entry holds outside first: an entry without it is merely a miss, while it without an entry would never be found again.
 * Gives the error, where that failed and the entry stays.
 */
export async function removeEntry(
  key: string,
  store: CacheStore,
  registry: Registry,
  access: Access,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const looked = await store.look(key, signal);
    const outside = looked && "record" in looked ? looked.record.outside : undefined;
    if (outside) {
      const kind = await registry.resourceKind(outside.kind);
      if (!kind) return new Error(`nothing here knows how to remove a ${outside.kind}`);
      await kind.release(outside.ref, access, signal);
      await store.outside.drop(outside);
    }
    await store.remove(key);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}
