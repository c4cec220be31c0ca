import type { Json } from "./json.ts";

/** One line of a run's journal. Never holds a secret. */
export interface JournalEntry {
  readonly at: string;
  readonly run: string;
  readonly build: string;
  /** Unique within the run; ties the events of one resource together. */
  readonly resource: string;
  readonly event: "intent" | "acquired" | "released" | "kept" | "release-failed";
  readonly kind: string;
  readonly intent: Json;
  readonly ref?: Json;
  readonly error?: string;
}
/** Append-only, flushed to disk before `append` resolves. One file per run, mode 0600. */
export interface Journal extends AsyncDisposable {
  readonly run: string;
  append(entry: JournalEntry): Promise<void>;
}
/** A run as its journal tells it. */
export interface JournalledRun {
  readonly run: string;
  readonly startedAt: string;
  readonly command: string;
  /** The process that wrote it still lives (same pid, same start time). */
  readonly alive: boolean;
  /** Intended or acquired, neither released nor kept. Oldest first. */
  readonly outstanding: readonly JournalEntry[];
}
/** The user's state directory of runs. */
export interface JournalStore {
  open(run: string, command: string): Promise<Journal>;
  runs(): Promise<readonly JournalledRun[]>;
  /** One run; undefined where it has no journal, or has it no longer. */
  find(run: string): Promise<JournalledRun | undefined>;
  /** Appends to a dead run's journal; used by `cleanup`. */
  resume(run: string): Promise<Journal>;
  /** Removes the file of a run with nothing outstanding. */
  forget(run: string): Promise<void>;
}
