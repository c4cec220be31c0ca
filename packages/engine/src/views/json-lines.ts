import type { View } from "./human-view.ts";

/** Version of the event stream: raised when a member changes its meaning or goes; new members and types do not raise it. */
export const jsonLinesVersion = 1;

/** `-output=jsonl`: one event a line, as documented in docs/events.md. */
export function jsonLinesView(): View {
  return (event) => `${JSON.stringify({ v: jsonLinesVersion, ...event })}\n`;
}
