import type { Json } from "@kiln/sdk";
import { type Parts, salted } from "./inputs-digest.ts";

/** Changes when older entries must no longer be used. */
export const recordFormat = 1;

export interface PayloadFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}
/** One stored state, as kept on disk. Holds digests and what the builder gave, never a secret. */
export interface CacheRecord {
  readonly format: number;
  readonly key: string;
  /** The key of the state before it; that of the base for the first. */
  readonly parent: string;
  /** Display name of the build, and its builder. */
  readonly build: string;
  readonly builder: string;
  /** How many provisioners are done. */
  readonly done: number;
  /** The last of them. */
  readonly provisioner: string;
  /** What the build began with, and what the last provisioner depended on. */
  readonly base: Parts;
  readonly parts: Parts;
  readonly storedAt: string;
  readonly ref: Json;
  readonly files: readonly PayloadFile[];
  readonly outside?: { readonly kind: string; readonly ref: Json; readonly bytes: number };
}
interface SealedRecord {
  readonly record: CacheRecord;
  readonly seal: string;
}

/** The record as text, with a seal that only this store can make. */
export function sealRecord(record: CacheRecord, salt: Uint8Array): string {
  const sealed: SealedRecord = { record, seal: salted(salt, ["record", record]) };
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

/** The record, or why the text is none of this store's. */
export function openRecord(text: string, key: string, salt: Uint8Array): CacheRecord | { readonly broken: string } {
  let sealed: Partial<SealedRecord> | null;
  try {
    sealed = JSON.parse(text) as Partial<SealedRecord> | null;
  } catch {
    return { broken: "its record is damaged" };
  }
  const record = sealed?.record;
  if (typeof record !== "object" || record === null) return { broken: "its record is damaged" };
  if (sealed?.seal !== salted(salt, ["record", record])) {
    return { broken: "its record was changed, or comes from another store" };
  }
  if (record.format !== recordFormat) return { broken: "it was stored in another format" };
  if (record.key !== key) return { broken: "its record belongs to another state" };
  return record;
}
