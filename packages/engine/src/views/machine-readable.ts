import type { ArtifactRecord, EngineEvent } from "@kiln/sdk";
import { durationWords } from "./duration-words.ts";
import type { View } from "./human-view.ts";
import { lineText } from "./line-text.ts";
import { buildEndedText, cancelledText, RunSummary } from "./summary.ts";

/** One record: `UNIXSECONDS,TARGET,CATEGORY,ARG…`, with Packer's escapes. */
export function machineRecord(at: string, target: string, category: string, ...args: readonly string[]): string {
  const escaped = args.map((a) =>
    a.replaceAll(",", "%!(PACKER_COMMA)").replaceAll("\r", "\\r").replaceAll("\n", "\\n"),
  );
  return `${[Math.floor(Date.parse(at) / 1000), target, category, ...escaped].join(",")}\n`;
}

function artifactRecords(at: string, build: string, index: number, artifact: ArtifactRecord): string {
  const record = (...args: readonly string[]): string => machineRecord(at, build, "artifact", String(index), ...args);
  return [
    record("builder-id", artifact.builderId),
    record("id", artifact.id),
    record("string", artifact.text),
    record("files-count", String(artifact.files.length)),
    ...artifact.files.map((file, i) => record("file", String(i), file)),
    record("end"),
    machineRecord(at, "", "ui", "say", `--> ${build}: ${artifact.text}`),
  ].join("");
}

/** The comma-separated records of `-machine-readable`. */
export function machineView(): View {
  const summary = new RunSummary();
  const ui = (event: EngineEvent, level: string, text: string): string =>
    machineRecord(event.at, "", "ui", level, text);
  const runEnded = (event: Extract<EngineEvent, { type: "run-ended" }>): string => {
    const { at } = event;
    const waited = ui(event, "say", `\n==> Wait completed after ${durationWords(event.ms)}`);
    if (event.outcome === "cancelled") return waited + ui(event, "say", cancelledText(event));
    const failed = summary.failed;
    const errors = failed.map(
      (e) =>
        machineRecord(at, e.build, "error", e.error ?? "") + ui(event, "error", `--> ${e.build}: ${e.error ?? ""}`),
    );
    const head =
      failed.length === 0
        ? ""
        : machineRecord(at, "", "error-count", String(failed.length)) +
          ui(event, "error", "\n==> Some builds didn't complete successfully and had errors:");
    const successes = summary.withArtifacts;
    if (successes.length === 0) {
      return waited + head + errors.join("") + ui(event, "say", "\n==> Builds finished but no artifacts were created.");
    }
    const artifacts = successes.map(
      (e) =>
        machineRecord(at, e.build, "artifact-count", String(e.artifacts.length)) +
        e.artifacts.map((a, i) => artifactRecords(at, e.build, i, a)).join(""),
    );
    const title = ui(event, "say", "\n==> Builds finished. The artifacts of successful builds are:");
    return waited + head + errors.join("") + title + artifacts.join("");
  };
  return (event) => {
    summary.observe(event);
    switch (event.type) {
      case "line":
        return ui(event, event.level, lineText(event));
      case "build-ended":
        return ui(event, event.outcome === "succeeded" ? "say" : "error", buildEndedText(event));
      case "run-ended":
        return runEnded(event);
      case "run-started":
        return event.debug ? ui(event, "say", "Debug mode enabled. Builds will not be parallelized.") : "";
      case "diagnostic":
      case "build-started":
      case "step-started":
      case "step-ended":
      case "progress":
        return "";
      default:
        return event satisfies never;
    }
  };
}
