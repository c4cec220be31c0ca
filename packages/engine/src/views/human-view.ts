import type { EngineEvent } from "@kiln/sdk";
import { durationWords } from "./duration-words.ts";
import { lineText } from "./line-text.ts";
import { buildEndedText, cancelledText, RunSummary } from "./summary.ts";
import { timingTable } from "./timings.ts";

export interface HumanViewOptions {
  readonly color: boolean;
  /** RFC 3339 local time before every message of a build. */
  readonly timestamps: boolean;
  readonly timings: boolean;
}
/** Turns events into the text to write, line ends included; the empty string where an event shows nothing. */
export type View = (event: EngineEvent) => string;

/** Green, cyan, magenta, yellow, blue, in turn. */
const palette = [32, 36, 35, 33, 34] as const;
const red = 31;

function localRfc3339(at: string): string {
  const date = new Date(at);
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const two = (n: number): string => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

/** What a person reads, in the form that Packer's documents print. */
export function humanView(options: HumanViewOptions): View {
  const summary = new RunSummary();
  const table = options.timings ? timingTable() : undefined;
  const colors = new Map<string, number>();
  const painted = (text: string, code: number | undefined, bold: boolean): string =>
    options.color && code !== undefined ? `\u001b[${bold ? 1 : 0};${code}m${text}\u001b[0m` : text;
  const stamped = (event: EngineEvent, text: string): string =>
    options.timestamps ? `${localRfc3339(event.at)}: ${text}` : text;

  const shown = (event: EngineEvent): string => {
    switch (event.type) {
      case "run-started": {
        for (const [i, build] of event.builds.entries()) colors.set(build, palette[i % palette.length] ?? 32);
        const debug = event.debug ? "Debug mode enabled. Builds will not be parallelized.\n" : "";
        if (!options.color) return debug;
        const lines = event.builds.map(
          (b) => `${painted(`${b}: output will be in this color.`, colors.get(b), true)}\n`,
        );
        return `${debug}${lines.join("")}\n`;
      }
      case "line": {
        const text = lineText(event);
        if (event.build === undefined) return `${text}\n`;
        const code = event.level === "error" ? red : colors.get(event.build);
        return `${painted(stamped(event, text), code, event.level !== "message")}\n`;
      }
      case "build-ended": {
        const code = event.outcome === "succeeded" ? colors.get(event.build) : red;
        return `${painted(stamped(event, buildEndedText(event)), code, true)}\n`;
      }
      case "run-ended":
        return runEnded(event) + (table?.text() ?? "");
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

  const runEnded = (event: Extract<EngineEvent, { type: "run-ended" }>): string => {
    const waited = `\n==> Wait completed after ${durationWords(event.ms)}\n`;
    if (event.outcome === "cancelled") return `${waited}${cancelledText(event)}\n`;
    const failed = summary.failed;
    const errors =
      failed.length === 0
        ? ""
        : `\n==> Some builds didn't complete successfully and had errors:\n${failed
            .map((e) => `--> ${e.build}: ${e.error ?? ""}\n`)
            .join("")}`;
    const successes = summary.withArtifacts;
    if (successes.length === 0) return `${waited}${errors}\n==> Builds finished but no artifacts were created.\n`;
    const artifacts = successes.flatMap((e) => e.artifacts.map((a) => `--> ${e.build}: ${a.text}\n`));
    return `${waited}${errors}\n==> Builds finished. The artifacts of successful builds are:\n${artifacts.join("")}`;
  };

  return (event) => {
    summary.observe(event);
    table?.observe(event);
    return shown(event);
  };
}
