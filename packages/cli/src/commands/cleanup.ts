import { cleanUp } from "@kiln/engine";
import type { Ui } from "@kiln/sdk";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { onCloud } from "./on-cloud.ts";
import { reviveLocalCloud } from "./rehearsal-cleanup.ts";

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
  const printer = new Printer(io);
  await using revived = await reviveLocalCloud(io, printer, options.run);
  const { host } = revived ? onCloud(io, revived.cloud) : io;
  const engine = composeEngine(host, io.journals);
  const quiet = (): void => {};
  const ui: Ui = {
    say: quiet,
    message: quiet,
    error: (line) => printer.error(`  ${line}`),
    progress: () => ({ advance: quiet, [Symbol.dispose]: quiet }),
    ask: (question, signal) => io.terminal.ask(question, signal),
  };
  let seen = 0;
  const result = await cleanUp(engine, {
    dryRun: options.dryRun,
    ...(options.run !== undefined && { run: options.run }),
    ui,
    signal: io.interrupts.first,
    onResource: (resource) => {
      seen++;
      printer.say(
        `${resource.run} ${resource.build}: ${resource.text} ${words[resource.outcome]}${resource.error ? `: ${resource.error}` : ""}`,
      );
    },
  });
  for (const run of result.alive) {
    if (run.outstanding.length > 0) printer.say(`${run.run}: still running, left alone`);
  }
  if (options.run !== undefined && result.runs.length + result.alive.length === 0) {
    printer.error(
      `No journal of a run named ${options.run}: see \`${io.invokedAs} cleanup -dry-run\` for the ones there are.`,
    );
    return 1;
  }
  if (seen === 0) printer.say("Nothing was left behind.");
  return result.failed > 0 ? 1 : 0;
}
