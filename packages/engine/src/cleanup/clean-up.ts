import { type JournalEntry, type JournalledRun, type Json, messageOf, type Ui } from "@kiln/sdk";
import type { Engine } from "../engine.ts";

/** What one outstanding journal entry came to. */
export interface CleanedResource {
  readonly run: string;
  readonly build: string;
  readonly kind: string;
  /** One line for a person. */
  readonly text: string;
  readonly outcome: "found" | "released" | "gone" | "failed" | "unknown-kind";
  readonly error?: string;
}
export interface CleanUpOptions {
  readonly dryRun: boolean;
  /** Which runs; all of them where absent. */
  readonly choose?: (run: JournalledRun) => boolean;
  readonly ui: Ui;
  readonly signal: AbortSignal;
  readonly onResource: (resource: CleanedResource) => void;
}
export interface CleanUpResult {
  /** Runs that were looked at. */
  readonly runs: readonly JournalledRun[];
  /** Runs that still go on: never touched. */
  readonly alive: readonly JournalledRun[];
  readonly failed: number;
}

async function referencesOf(engine: Engine, entry: JournalEntry, options: CleanUpOptions) {
  const kind = await engine.registry.resourceKind(entry.kind);
  if (!kind) return undefined;
  const access = { host: engine.host, ui: options.ui };
  // With no id journalled the creating call may or may not have come through: look for what bears the intended name.
  const refs: readonly Json[] =
    entry.ref === undefined ? await kind.find(entry.intent, access, options.signal) : [entry.ref];
  return { kind, access, refs };
}

async function cleanOne(engine: Engine, entry: JournalEntry, options: CleanUpOptions): Promise<CleanedResource> {
  const { run, build, kind } = entry;
  const about = { run, build, kind, text: kind };
  try {
    const found = await referencesOf(engine, entry, options);
    if (!found)
      return { ...about, outcome: "unknown-kind", error: `no component here knows the resource kind ${kind}` };
    const text = found.kind.describe(entry.intent, found.refs[0]);
    if (found.refs.length === 0) return { ...about, text, outcome: "gone" };
    if (options.dryRun) return { ...about, text, outcome: "found" };
    try {
      for (const ref of found.refs) await found.kind.release(ref, found.access, options.signal);
    } catch (error) {
      return { ...about, text, outcome: "failed", error: messageOf(error) };
    }
    return { ...about, text, outcome: "released" };
  } catch (error) {
    return { ...about, outcome: "failed", error: messageOf(error) };
  }
}

async function cleanRun(engine: Engine, run: JournalledRun, options: CleanUpOptions): Promise<number> {
  let failed = 0;
  await using journal = await engine.journals.resume(run.run);
  for (const entry of [...run.outstanding].reverse()) {
    options.signal.throwIfAborted();
    const cleaned = await cleanOne(engine, entry, options);
    options.onResource(cleaned);
    if (cleaned.outcome === "failed" || cleaned.outcome === "unknown-kind") failed++;
    if (options.dryRun || cleaned.outcome === "unknown-kind") continue;
    const at = engine.host.clock.now().toISOString();
    if (cleaned.outcome === "failed") {
      await journal.append({ ...entry, at, event: "release-failed", error: cleaned.error ?? "" });
    } else await journal.append({ ...entry, at, event: "released" });
  }
  return failed;
}

/** Releases what dead runs left, newest first, with nothing but their journals and the user's credentials. */
export async function cleanUp(engine: Engine, options: CleanUpOptions): Promise<CleanUpResult> {
  const all = (await engine.journals.runs()).filter((run) => options.choose?.(run) ?? true);
  const alive = all.filter((r) => r.alive);
  const dead = all.filter((r) => !r.alive);
  let failed = 0;
  for (const run of dead.toReversed()) {
    const before = failed;
    if (run.outstanding.length > 0) failed += await cleanRun(engine, run, options);
    if (failed === before && !options.dryRun) await engine.journals.forget(run.run);
  }
  return { runs: dead, alive, failed };
}
