import {
  type Held,
  type Host,
  type Journal,
  type JournalEntry,
  type Json,
  messageOf,
  type Outcome,
  type Resource,
  type Ui,
} from "@kiln/sdk";

/** What undoing needs from its surroundings. */
export interface UndoAccess {
  readonly host: Host;
  readonly ui: Ui;
  readonly journal: Journal;
  readonly build: string;
  readonly work: AbortSignal;
  readonly cleanup: AbortSignal;
  /** A name for the next resource, unique within the run. */
  nextResource(): string;
}

type Undo = (outcome: Outcome) => Promise<void>;

function saysNothingMade(error: unknown): boolean {
  return typeof error === "object" && error !== null && "nothingMade" in error && error.nothingMade === true;
}

/**
 * Resources and deferred undos of one step. Journal order is the safety: intent, create, schedule the undo, acquired. Undoing runs
 * newest first, goes on after a failure, and leaves what could not be released in the journal.
 */
export class UndoScope {
  readonly #access: UndoAccess;
  readonly #undos: Undo[] = [];
  readonly #atEnd: Undo[] = [];

  constructor(access: UndoAccess) {
    this.#access = access;
  }

  defer(undo: (signal: AbortSignal, outcome: Outcome) => Promise<void>): void {
    this.#undos.push((outcome) => undo(this.#access.cleanup, outcome));
  }

  /** As `defer`, after all that was made since; not when the step is tried again. */
  deferToEnd(undo: (signal: AbortSignal, outcome: Outcome) => Promise<void>): void {
    this.#atEnd.push((outcome) => undo(this.#access.cleanup, outcome));
  }

  async acquire<R, I extends Json, F extends Json>(resource: Resource<R, I, F>): Promise<Held<R>> {
    const { host, work, cleanup, ui } = this.#access;
    work.throwIfAborted();
    const name = this.#access.nextResource();
    const note = this.#noter(name, resource.kind.kind, resource.intent);
    await note("intent");
    let value: R;
    try {
      value = await resource.create(work);
    } catch (error) {
      await this.#undoUnfinished(resource, error, note);
      throw error;
    }
    let state: "held" | "releasing" | "over" = "held";
    const release = async (): Promise<void> => {
      if (state !== "held") return;
      state = "releasing";
      try {
        if (resource.release) await resource.release(value, { host, ui }, cleanup);
        else await resource.kind.release(resource.ref(value), { host, ui }, cleanup);
      } catch (error) {
        state = "held";
        await note("release-failed", { ref: resource.ref(value), error: messageOf(error) });
        throw error;
      }
      state = "over";
      await note("released");
    };
    this.#undos.push(release);
    await note("acquired", { ref: resource.ref(value) });
    return {
      value,
      release,
      keep: async () => {
        state = "over";
        await note("kept", { ref: resource.ref(value) });
      },
    };
  }

  /** Newest first; every failure is told and the next one goes on. */
  async undo(outcome: Outcome): Promise<void> {
    await this.#undo(this.#undos, outcome);
    await this.#undo(this.#atEnd, outcome);
  }

  /** Takes away what a failed attempt made; the next one makes it again. */
  async undoAttempt(): Promise<void> {
    await this.#undo(this.#undos, "failed");
    this.#atEnd.length = 0;
  }

  async #undo(undos: Undo[], outcome: Outcome): Promise<void> {
    for (let undo = undos.pop(); undo; undo = undos.pop()) {
      try {
        await undo(outcome);
      } catch (error) {
        this.#access.ui.error(`Error cleaning up: ${messageOf(error)}`);
      }
    }
  }

  /** Leaves everything as it is; the journal keeps it for a later clean-up. */
  abandon(): void {
    this.#undos.length = 0;
    this.#atEnd.length = 0;
  }

  /** The call that makes a thing failed: the thing may exist all the same. */
  async #undoUnfinished<R, I extends Json, F extends Json>(
    resource: Resource<R, I, F>,
    error: unknown,
    note: Noter,
  ): Promise<void> {
    const { host, cleanup, ui } = this.#access;
    if (!saysNothingMade(error)) {
      try {
        for (const ref of await resource.kind.find(resource.intent, { host, ui }, cleanup)) {
          await resource.kind.release(ref, { host, ui }, cleanup);
        }
      } catch (failure) {
        await note("release-failed", { error: messageOf(failure) });
        return;
      }
    }
    await note("released");
  }

  #noter(resource: string, kind: string, intent: Json): Noter {
    const { host, journal, build } = this.#access;
    return (event, more = {}) =>
      journal.append({
        at: host.clock.now().toISOString(),
        run: journal.run,
        build,
        resource,
        event,
        kind,
        intent,
        ...more,
      });
  }
}

type Noter = (event: JournalEntry["event"], more?: { readonly ref?: Json; readonly error?: string }) => Promise<void>;
