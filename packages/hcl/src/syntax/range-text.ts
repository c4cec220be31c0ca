import type { SourceRange } from "@kiln/sdk";

/** A range as HCL writes it inside a message: `file:1,2-7`, or `file:1,2-3,4` over several lines. */
export function rangeText({ file, start, end }: SourceRange): string {
  const to = start.line === end.line ? `${end.column}` : `${end.line},${end.column}`;
  return `${file}:${start.line},${start.column}-${to}`;
}
