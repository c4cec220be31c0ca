import type { Json, PostProcessContext } from "@kiln/sdk";

/** A file of a box. */
export interface BoxEntry {
  /** Its name in the box; directories before it joined with `/`. */
  readonly name: string;
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
}
/** What a provider puts into a box. */
export interface BoxParts {
  /** `metadata.json`; the architecture is added. */
  readonly metadata: Readonly<Record<string, Json>>;
  /** Its part of the Vagrantfile. */
  readonly vagrantfile: string;
  readonly entries: readonly BoxEntry[];
}
/** How an artifact becomes a box of one kind. */
export interface Provider {
  /** The box only points to the artifact, which must stay. */
  readonly keepsInput: boolean;
  parts(ctx: PostProcessContext): Promise<BoxParts>;
}
