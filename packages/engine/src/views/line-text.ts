import type { EngineEvent } from "@kiln/sdk";

type LineEvent = Extract<EngineEvent, { type: "line" }>;

/** A line event as text: every line of it bears the prefix, trailing white space of the whole is cut. */
export function lineText(event: LineEvent): string {
  if (event.build === undefined) return event.text;
  const name = event.component === undefined ? event.build : `${event.build} (${event.component})`;
  const prefix = event.level === "message" ? `    ${name}: ` : `==> ${name}: `;
  return event.text
    .split("\n")
    .map((line) => prefix + line)
    .join("\n")
    .trimEnd();
}
