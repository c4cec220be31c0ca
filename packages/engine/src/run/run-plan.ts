import { CancelledError, type EngineEvent, goDuration, messageOf, type Outcome } from "@kiln/sdk";
import type { CacheSettings } from "../cache/build-cache.ts";
import type { Engine } from "../engine.ts";
import type { Plan, PlannedBuild } from "../plan/plan.ts";
import type { SecretSet } from "../secrets.ts";
import type { Ask } from "./build-ui.ts";
import { eventSink } from "./event-sink.ts";
import { BuildRun, type RunSettings } from "./run-build.ts";
import type { OnError } from "./steps.ts";

export interface RunRequest {
  readonly engine: Engine;
  readonly plan: Plan;
  readonly secrets: SecretSet;
  /** Below 1: all at once. */
  readonly parallel: number;
  readonly onError: OnError;
  readonly force: boolean;
  readonly debug: boolean;
  /** The whole run, in milliseconds; cleanup is not part of it. */
  readonly timeoutMs?: number;
  readonly runUuid: string;
  /** With `-cache`: where states between provisioners are stored. */
  readonly cache?: CacheSettings;
  /** The command as the user typed it, secrets left out; for the journal. */
  readonly command: string;
  /** First interrupt: no new work. */
  readonly interrupt: AbortSignal;
  /** Second interrupt: cleanup is cut short too. */
  readonly force2: AbortSignal;
  readonly deliver: (event: EngineEvent) => void;
  readonly ask: Ask;
}
export interface RunOutcome {
  readonly outcome: Outcome;
  readonly failed: number;
}

/** How many may go on at once; the rest wait in line. */
function semaphore(size: number): { enter(): Promise<void>; leave(): void } {
  const waiting: (() => void)[] = [];
  let free = size;
  return {
    enter: () => {
      if (free > 0) {
        free--;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    leave: () => {
      const next = waiting.shift();
      if (next) next();
      else free++;
    },
  };
}

function startTimeout(request: RunRequest, expired: AbortController, stop: AbortSignal): void {
  const { timeoutMs, engine } = request;
  if (timeoutMs === undefined) return;
  engine.host.clock
    .sleep(timeoutMs, stop)
    .then(() =>
      expired.abort(new CancelledError("cancelled/timeout", `the build did not end within ${goDuration(timeoutMs)}`)),
    )
    .catch(() => {});
}

/** Runs every build of a plan and tells about it in events. Never rejects for a failed build: the outcome says so. */
export async function runPlan(request: RunRequest): Promise<RunOutcome> {
  const { engine, plan, secrets, interrupt } = request;
  const { clock } = engine.host;
  const emit = eventSink(request.runUuid, clock, secrets, request.deliver);
  const started = clock.monotonic();
  const expired = new AbortController();
  const ended = new AbortController();
  startTimeout(request, expired, ended.signal);
  await using journal = await engine.journals.open(request.runUuid, request.command);
  let resources = 0;
  const settings: RunSettings = {
    engine,
    journal,
    emit,
    ask: request.ask,
    secrets,
    work: AbortSignal.any([interrupt, expired.signal]),
    cleanup: request.force2,
    onError: request.onError,
    force: request.force,
    debug: request.debug,
    runUuid: request.runUuid,
    ...(request.cache && { cache: request.cache }),
    nextResource: () => `r${++resources}`,
  };
  emit({
    type: "run-started",
    builds: plan.builds.map((b) => b.name),
    templateOrder: [...plan.builds].sort((a, b) => a.position - b.position).map((b) => b.name),
    version: engine.version,
    debug: request.debug,
  });
  const lanes = request.debug ? 1 : request.parallel < 1 ? plan.builds.length : request.parallel;
  const gate = semaphore(Math.max(1, lanes));
  const outcomes = await Promise.all(
    plan.builds.map(async (build) => {
      await gate.enter();
      try {
        // After a cancellation no more builds start; a build that never had its time has failed.
        if (interrupt.aborted) return undefined;
        return await runOne(build, settings);
      } finally {
        gate.leave();
      }
    }),
  );
  ended.abort();
  const failed = outcomes.filter((o) => o === "failed").length;
  const outcome: Outcome = interrupt.aborted
    ? "cancelled"
    : failed > 0 || expired.signal.aborted
      ? "failed"
      : "succeeded";
  const cutShort = request.force2.aborted && ({ cutShort: true } as const);
  emit({ type: "run-ended", outcome, ms: clock.monotonic() - started, ...cutShort });
  return { outcome, failed };
}

async function runOne(build: PlannedBuild, settings: RunSettings): Promise<Outcome> {
  const { emit, engine } = settings;
  const started = engine.host.clock.monotonic();
  emit({ type: "build-started", build: build.name });
  const result = await new BuildRun(build, settings).run();
  // A build that ran out of time has failed; only a person cancels.
  const timedOut =
    settings.work.aborted &&
    settings.work.reason instanceof CancelledError &&
    settings.work.reason.code === "cancelled/timeout";
  const outcome = result.outcome === "cancelled" && timedOut ? "failed" : result.outcome;
  emit({
    type: "build-ended",
    build: build.name,
    outcome,
    ...(result.error !== undefined && { error: timedOut ? messageOf(settings.work.reason) : result.error }),
    ms: engine.host.clock.monotonic() - started,
    artifacts: result.artifacts.map((a) => ({ builderId: a.builderId, id: a.id, files: a.files, text: a.describe() })),
  });
  return outcome;
}
