import { CacheStore, humanView, jsonLinesView, machineView, type OnError, runPlan, type View } from "@kiln/engine";
import { type EngineEvent, type Outcome, problem } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { wantsColor } from "../output/colors.ts";
import { Printer } from "../output/printer.ts";
import { ProgressLine } from "../output/progress-line.ts";
import { runLog } from "../output/run-log.ts";
import { kilnVersion } from "../version.ts";
import { planInput, type TemplateOptions } from "./run-template.ts";
import { tellWhatIsLeft } from "./what-is-left.ts";

export interface BuildOptions extends TemplateOptions {
  /** Store states between provisioners, and start from them. */
  readonly cache: boolean;
  readonly color: boolean;
  readonly timestampUi: boolean;
  /** Below 1: no limit. */
  readonly parallelBuilds: number;
  readonly onError: OnError;
  readonly output: "text" | "jsonl";
  readonly timings: boolean;
  readonly timeoutMs?: number;
}

const noBuilds = problem("select/no-builds", "No builds to run", {
  detail:
    "The template's builds were all deselected: look at -only and -except, which must match build names exactly in JSON templates.",
});

function viewFor(io: Io, options: BuildOptions): View {
  if (options.output === "jsonl") return jsonLinesView();
  if (io.machineReadable) return machineView();
  const color = wantsColor(io, options.color);
  return humanView({ color, timestamps: options.timestampUi, timings: options.timings });
}

/** The command line as the journal may keep it: values of variables left out, they may be secret. */
function journalCommand(command: string, options: BuildOptions): string {
  return [
    command,
    ...options.vars.map(([name]) => `-var ${name}=…`),
    ...options.varFiles.map((f) => `-var-file=${f}`),
    options.path,
  ].join(" ");
}

/** For commands that build as part of something else. */
export interface BuildAs {
  /** What the journal calls it. */
  readonly command?: string;
  readonly observe?: (event: EngineEvent) => void;
}

/** Settles when the run is not waited for any longer: something in it does not end. */
function givenUp(last: AbortSignal, tell: (text: string) => void): Promise<{ readonly outcome: Outcome }> {
  return new Promise((resolve) => {
    const give = (): void => {
      tell("Not everything came to an end; it is left as it is.");
      resolve({ outcome: "cancelled" });
    };
    last.addEventListener("abort", give, { once: true });
  });
}

/** `build`: runs every selected build of a template. */
export async function build(io: Io, options: BuildOptions, as: BuildAs = {}): Promise<number> {
  const printer = new Printer(io, { color: options.color, events: options.output === "jsonl" });
  const planned = await planInput(io, options, printer);
  if (!planned) return 1;
  const { engine, plan, secrets } = planned;
  if (plan.builds.length === 0) {
    if (!planned.failed) printer.diagnostics([noBuilds], () => undefined);
    return 1;
  }
  const view = viewFor(io, options);
  const progress = new ProgressLine(io.terminal, io.host.clock);
  await using log = await runLog(io);
  const deliver = (event: EngineEvent): void => {
    progress.write(view(event));
    if (options.output === "text") progress.observe(event);
    log.write(event);
    as.observe?.(event);
  };
  const tell = (text: string): void => {
    const at = io.host.clock.now().toISOString();
    deliver({ at, run: io.runUuid, type: "line", level: "say", text });
  };
  io.interruptTold.listener = (word, count) => {
    if (count === 1) tell(`Cancelling build after receiving ${word}`);
    else if (count === 2) tell(`Received ${word} again: cutting the cleanup short`);
  };
  let outcome: Outcome;
  try {
    const running = runPlan({
      engine,
      plan,
      secrets,
      parallel: options.parallelBuilds,
      onError: options.onError,
      force: options.force,
      debug: options.debug,
      ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
      runUuid: io.runUuid,
      ...(options.cache && { cache: { store: new CacheStore(io.host, io.cacheDirectory), version: kilnVersion } }),
      command: journalCommand(as.command ?? "build", options),
      interrupt: io.interrupts.first,
      force2: io.interrupts.second,
      deliver,
      ask: (question, signal) => {
        progress.pause();
        return io.machineReadable
          ? Promise.reject(
              Object.assign(new Error("cannot ask in machine-readable output"), { code: "ui/no-terminal" }),
            )
          : io.terminal.ask(question, signal);
      },
    });
    ({ outcome } = await Promise.race([running, givenUp(io.interrupts.last, tell)]));
  } finally {
    progress.end();
    io.interruptTold.listener = undefined;
  }
  await tellWhatIsLeft(io, engine, tell);
  return outcome === "succeeded" && !planned.failed ? 0 : 1;
}
