import { codeOf, type Host, messageOf, type Outcome } from "@kiln/sdk";
import type { BuildUi } from "./build-ui.ts";
import type { Emit } from "./event-sink.ts";
import { type UndoAccess, UndoScope } from "./undo-scope.ts";

export type OnError = "cleanup" | "abort" | "ask" | "run-cleanup-provisioner";

export interface StepOptions {
  readonly build: string;
  readonly host: Host;
  readonly ui: BuildUi;
  readonly emit: Emit;
  readonly work: AbortSignal;
  readonly onError: OnError;
  readonly debug: boolean;
  readonly undo: UndoAccess;
}

interface DoneStep {
  readonly name: string;
  readonly scope: UndoScope;
}

/**
 * The step whose own undo still runs under `-on-error=run-cleanup-provisioner`, and that alone of Packer's steps does not say in red why it
 * failed.
 */
const provisionStep = "StepProvision";

/**
 * The steps of one build, in order, with what each must undo. `-on-error`, `-debug`, timing and events live here and nowhere
 * else.
 */
export class Steps {
  readonly #options: StepOptions;
  readonly #done: DoneStep[] = [];
  #count = 0;
  #current: string | undefined;
  #failed: { readonly name: string; readonly error: unknown } | undefined;
  #skipUndo = false;

  constructor(options: StepOptions) {
    this.#options = options;
  }

  /** Id of the running step, for events. */
  get current(): string | undefined {
    return this.#current;
  }

  /** Where resources acquired now belong. */
  get scope(): UndoScope {
    let last = this.#done.at(-1);
    if (!last) {
      last = { name: "Builder", scope: new UndoScope(this.#options.undo) };
      this.#done.push(last);
    }
    return last.scope;
  }

  async run<T>(name: string, body: () => Promise<T>): Promise<T> {
    const { work, debug } = this.#options;
    for (;;) {
      work.throwIfAborted();
      const scope = new UndoScope(this.#options.undo);
      this.#done.push({ name, scope });
      try {
        const value = await this.#timed(name, body);
        work.throwIfAborted();
        if (debug) await this.#pause(`Pausing after run of step '${name}'. Press enter to continue.`);
        return value;
      } catch (error) {
        if ((await this.#afterFailure(name, error)) !== "retry") throw error;
        await scope.undoAttempt();
        this.#done.pop();
        this.#failed = undefined;
      }
    }
  }

  /** Events around a piece of work that is not a step to undo, such as one provisioner. */
  async timed<T>(name: string, body: () => Promise<T>): Promise<T> {
    return this.#timed(name, body);
  }

  async #timed<T>(name: string, body: () => Promise<T>): Promise<T> {
    const { emit, build, host, work } = this.#options;
    const step = `s${++this.#count}`;
    const outer = this.#current;
    this.#current = step;
    const started = host.clock.monotonic();
    emit({ type: "step-started", build, step, name });
    let outcome: Outcome = "failed";
    try {
      const value = await body();
      outcome = "succeeded";
      return value;
    } catch (error) {
      if (work.aborted) outcome = "cancelled";
      throw error;
    } finally {
      this.#current = outer;
      emit({ type: "step-ended", build, step, name, outcome, ms: host.clock.monotonic() - started });
    }
  }

  async #afterFailure(name: string, error: unknown): Promise<"retry" | "end"> {
    const { work, onError, ui } = this.#options;
    // A step inside a step: the inner one has been dealt with.
    if (this.#failed?.error === error) return "end";
    this.#failed = { name, error };
    if (work.aborted) {
      if (onError === "abort") {
        ui.error("Interrupted, aborting...");
        this.#skipUndo = true;
      }
      return "end";
    }
    this.#sayWhy(name, error);
    if (onError === "ask") return this.#askAfterFailure(name, error);
    if (onError === "abort") this.#announceAbort(name, error);
    return "end";
  }

  /** As nearly every step of Packer's does. What is known beyond the first line comes with the end of the build. */
  #sayWhy(name: string, error: unknown): void {
    const { ui } = this.#options;
    const message = messageOf(error);
    if (name !== provisionStep && ui.lastError !== message) ui.error(message.split("\n", 1)[0] ?? message);
  }

  #announceAbort(name: string, error: unknown): void {
    this.#options.ui.error(messageOf(error));
    this.#options.ui.error(`Step "${name}" failed, aborting...`);
    this.#skipUndo = true;
  }

  async #askAfterFailure(name: string, error: unknown): Promise<"retry" | "end"> {
    const { ui, work } = this.#options;
    ui.error(messageOf(error));
    ui.say(`Step "${name}" failed`);
    const question =
      "[c] Clean up and exit, [a] abort without cleanup, or [r] retry step (build may fail even if retry succeeds)?";
    for (;;) {
      let answer: string;
      try {
        answer = await ui.ask(question, work);
      } catch (refusal) {
        // Nobody to ask, or interrupted while asking: clean up.
        if (codeOf(refusal) === "ui/no-terminal" || work.aborted) return "end";
        throw refusal;
      }
      // The first letter counts, as in Packer.
      const letter = answer.trim().charAt(0).toLowerCase();
      if (letter === "" || letter === "c") return "end";
      if (letter === "r") return "retry";
      if (letter === "a") {
        this.#announceAbort(name, error);
        return "end";
      }
      ui.say(`Incorrect input: ${JSON.stringify(answer)}`);
    }
  }

  /** Undoes all steps, newest first, as `-on-error` says. */
  async undoAll(outcome: Outcome): Promise<void> {
    const { onError, debug, ui } = this.#options;
    if (outcome !== "succeeded" && onError === "run-cleanup-provisioner" && this.#failed) {
      await this.#undoProvisionOnly(outcome, this.#failed.error);
    }
    for (let step = this.#done.pop(); step; step = this.#done.pop()) {
      if (this.#skipUndo) {
        step.scope.abandon();
        if (step.name !== this.#failed?.name) ui.error(`aborted: skipping cleanup of step "${step.name}"`);
        continue;
      }
      if (debug) await this.#pause(`Pausing before cleanup of step '${step.name}'. Press enter to continue.`);
      await step.scope.undo(outcome);
    }
  }

  /** As Packer: the error-cleanup provisioner runs, the rest stays; the step below it is the one named as failed. */
  async #undoProvisionOnly(outcome: Outcome, error: unknown): Promise<void> {
    const last = this.#done.at(-1);
    if (last?.name === provisionStep) {
      await last.scope.undo(outcome);
      this.#done.pop();
    }
    const named = this.#done.at(-1)?.name ?? last?.name ?? "Builder";
    this.#failed = { name: named, error };
    this.#announceAbort(named, error);
  }

  async #pause(question: string): Promise<void> {
    const { ui, work } = this.#options;
    await ui.ask(question, work).catch(() => {
      // Without a terminal a pause ends at once, as in Packer.
    });
  }
}
