import type { Checked } from "./diagnostics.ts";
import type { Json } from "./json.ts";
import type { Held } from "./resource.ts";

/**
 * What the effect of a component depends on: for the keys of `-cache`. Everything is hashed with the store's own salt before it is kept,
 * so that secrets may stand here.
 */
export interface StepInputs {
  /** The resolved configuration: plain data, rendered where the run renders. Its members are what a miss is explained by. */
  readonly config: unknown;
  /** Files and directories it reads: their bytes, permission bits, and where symbolic links lead. */
  readonly files: readonly string[];
  /** What a file is called when it changed: `script`, `playbook`; `file` where absent. */
  readonly fileNoun?: string;
  /** Names of the variables of Kiln's own environment that it reads. */
  readonly environment?: readonly string[];
  /** Further facts by the words a person knows them by (`source image`): identities of what is not a file. */
  readonly facts?: Readonly<Record<string, Json>>;
}
/** It must run in every build, and so must what comes after it. `never` says why, as in `it …`: `works on this machine`. */
export interface Unrepeatable {
  readonly never: string;
}
/** What `inputs` may ask, before there is a machine. */
export interface InputsContext {
  readonly buildName: string;
  readonly builderType: string;
  /** As the run's own; a value that only the run knows makes the component unrepeatable, whatever comes out. */
  render(template: string, data: Readonly<Record<string, unknown>>, type?: string): Checked<string>;
}

/** What a build with `-cache` offers its builder; absent without it. */
export interface BuildCache {
  /**
   * The deepest state stored by an earlier build that began alike and ran the same provisioners. Tells what is reused and why the rest
   * is not. May be called again after `discard`.
   */
  find(base: CacheBase): Promise<CacheHit | undefined>;
}
/** Where a build begins. */
export interface CacheBase {
  /** Options that shape the machine, and the identity of what it is made from (an image's id, a disk's checksum). */
  readonly inputs: StepInputs;
  /** Values of `build` that are the same in every build with these inputs (`User`, `Password`): provisioners may use them and be reused. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Why a stored state cannot be used (its image is gone), or undefined where it can. */
  readonly unusable?: (stored: StoredState, signal: AbortSignal) => Promise<string | undefined>;
}
/** What a builder once gave to be kept. The files of `directory` have been verified. */
export interface StoredState {
  readonly ref: Json;
  /** Absolute, to be read only. */
  readonly directory: string;
}
export interface CacheHit extends StoredState {
  /** How many of the build's provisioners are done in it: 1 or more. */
  readonly done: number;
  /** It turned out to be of no use: removed, so that nobody tries it again. */
  discard(why: string): Promise<void>;
}
/** Where a machine's state is to be saved. */
export interface CheckpointPlace {
  /** An empty private directory (0700) for files; they are hashed when they are complete. */
  readonly directory: string;
  /** Unique to this attempt, not to the state: for names and labels of things outside of the directory, which another may be making too. */
  readonly name: string;
  readonly signal: AbortSignal;
}
/** A saved state. */
export interface Checkpoint {
  /** What the builder needs to start from it. No secrets: those go into a file of the directory. */
  readonly ref: Json;
  /** Something outside of the directory that belongs to it; kept with the entry, and released with it through its resource kind. */
  readonly outside?: {
    readonly held: Held<unknown>;
    readonly kind: string;
    readonly ref: Json;
    readonly bytes: number;
  };
}
/** Saves the machine as it is, between two provisioners. When it rejects, the machine must still be of use. */
export type SaveCheckpoint = (place: CheckpointPlace) => Promise<Checkpoint>;
