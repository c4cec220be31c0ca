import type { EngineEvent } from "@kiln/sdk";
import { durationWords } from "./duration-words.ts";

type BuildEnded = Extract<EngineEvent, { type: "build-ended" }>;

/** What the end of a run is told from: gathered while events pass. */
export class RunSummary {
  #order: readonly string[] = [];
  readonly #ended = new Map<string, BuildEnded>();

  observe(event: EngineEvent): void {
    if (event.type === "run-started") this.#order = event.templateOrder;
    if (event.type === "build-ended") this.#ended.set(event.build, event);
  }

  /** Builds that ended, in template order. */
  get ended(): readonly BuildEnded[] {
    return this.#order.flatMap((name) => this.#ended.get(name) ?? []);
  }
  get failed(): readonly BuildEnded[] {
    return this.ended.filter((e) => e.outcome !== "succeeded");
  }
  /** Those whose artifacts are worth naming: a failed build may still have kept what it had finished. */
  get withArtifacts(): readonly BuildEnded[] {
    return this.ended.filter((e) => e.outcome === "succeeded" && e.artifacts.length > 0);
  }
}

/** `Build 'x' finished after …` and its sad relatives. */
export function buildEndedText(event: BuildEnded): string {
  const after = durationWords(event.ms);
  if (event.outcome === "succeeded") return `Build '${event.build}' finished after ${after}.`;
  const error =
    event.outcome === "cancelled" ? `build was cancelled (${event.error ?? "interrupted"})` : (event.error ?? "");
  return `Build '${event.build}' errored after ${after}: ${error}`;
}

/** The last line of a run that somebody interrupted. */
export function cancelledText({ cutShort }: Extract<EngineEvent, { type: "run-ended" }>): string {
  return cutShort
    ? "Cancelled builds after being interrupted; their cleanup was cut short."
    : "Cleanly cancelled builds after being interrupted.";
}
