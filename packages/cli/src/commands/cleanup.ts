import { type CleanedResource, cleanUp } from "@kiln/engine";
import type { JournalledRun, Ui } from "@kiln/sdk";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { onCloud } from "./on-cloud.ts";
import { isDeadRehearsal, reviveLocalCloud } from "./rehearsal-cleanup.ts";

export interface CleanupOptions {
  readonly dryRun: boolean;
  /** One run; all dead ones where absent. */
  readonly run?: string;
}

const words = {
  found: "would be removed",
  released: "removed",
  gone: "no longer exists",
  failed: "could not be removed",
  "unknown-kind": "is of an unknown kind",
} as const;

/** `cleanup [-dry-run] [RUN]`: lists and releases what runs that are over left behind. */
export async function cleanup(io: Io, options: CleanupOptions): Promise<number> {
  const cleaning = new Cleaning(io, options);
  // Rehearsals first: each needs a cloud of its own, which must never be asked for what another run made on a real one.
  const { journals } = io;
  const rehearsals = (await journals.runs()).filter((run) => cleaning.isWanted(run) && isDeadRehearsal(run));
  for (const rehearsal of rehearsals.toReversed()) await cleaning.rehearsal(rehearsal);
  const others = new Set(rehearsals.map(({ run }) => run));
  await cleaning.runs(io, (run) => !others.has(run.run));
  return cleaning.end();
}

class Cleaning {
  readonly #io: Io;
  readonly #options: CleanupOptions;
  readonly #printer: Printer;
  readonly #ui: Ui;
  #looked = 0;
  #seen = 0;
  /** Runs that are not over. */
  #alone = 0;
  #failed = 0;

  constructor(io: Io, options: CleanupOptions) {
    this.#io = io;
    this.#options = options;
    this.#printer = new Printer(io);
    const quiet = (): void => {};
    this.#ui = {
      say: quiet,
      message: quiet,
      error: (line) => this.#printer.error(`  ${line}`),
      progress: () => ({ advance: quiet, [Symbol.dispose]: quiet }),
      ask: (question, signal) => io.terminal.ask(question, signal),
    };
  }

  isWanted({ run }: JournalledRun): boolean {
    return this.#options.run === undefined || run === this.#options.run;
  }

  /** What one rehearsal left, on its cloud. */
  async rehearsal(rehearsal: JournalledRun): Promise<void> {
    await using revived = await reviveLocalCloud(this.#io, this.#printer, rehearsal);
    await this.runs(revived ? onCloud(this.#io, revived.cloud) : this.#io, ({ run }) => run === rehearsal.run);
  }

  async runs({ host }: Io, choose: (run: JournalledRun) => boolean): Promise<void> {
    const result = await cleanUp(composeEngine(host, this.#io.journals), {
      dryRun: this.#options.dryRun,
      choose: (run) => this.isWanted(run) && choose(run),
      ui: this.#ui,
      signal: this.#io.interrupts.first,
      onResource: (resource) => this.#tell(resource),
    });
    const busy = result.alive.filter(({ outstanding }) => outstanding.length > 0);
    for (const { run } of busy) this.#printer.say(`${run}: still running, left alone`);
    this.#alone += busy.length;
    this.#looked += result.runs.length + result.alive.length;
    this.#failed += result.failed;
  }

  end(): number {
    const { run } = this.#options;
    if (run !== undefined && this.#looked === 0) {
      this.#printer.error(
        `No journal of a run named ${run}: see \`${this.#io.invokedAs} cleanup -dry-run\` for the ones there are.`,
      );
      return 1;
    }
    if (this.#seen === 0)
      this.#printer.say(this.#alone > 0 ? "Nothing else was left behind." : "Nothing was left behind.");
    return this.#failed > 0 ? 1 : 0;
  }

  #tell({ run, build, text, outcome, error }: CleanedResource): void {
    this.#seen++;
    this.#printer.say(`${run} ${build}: ${text} ${words[outcome]}${error ? `: ${error}` : ""}`);
  }
}
