import { graphemes } from "./source-text.ts";
import type { TemplatePart } from "./template-tree.ts";

const LEADING_SPACE = /^\p{White_Space}*/u;

/** Removes from every line of a `<<-` heredoc the indentation that all lines have in common; blank lines do not count. */
export function trimIndentation(parts: readonly TemplatePart[]): TemplatePart[] {
  let least = Number.POSITIVE_INFINITY;
  let lineStart = true;
  const indented = new Set<TemplatePart>();
  for (const part of parts) {
    if (lineStart) {
      lineStart = false;
      if (part.kind === "end") break;
      let spaces = 0;
      if (part.kind === "text") {
        const space = LEADING_SPACE.exec(part.text)?.[0] ?? "";
        if (space.length === part.text.length && part.text.endsWith("\n")) spaces = Number.POSITIVE_INFINITY;
        else {
          spaces = graphemes(space).length;
          indented.add(part);
        }
      }
      least = Math.min(least, spaces);
    }
    if (part.kind === "text" && part.text.endsWith("\n")) lineStart = true;
  }
  if (!Number.isFinite(least) || least === 0) return [...parts];
  return parts.map((part) => {
    if (part.kind !== "text" || !indented.has(part)) return part;
    const cut = graphemes(LEADING_SPACE.exec(part.text)?.[0] ?? "")
      .slice(0, least)
      .join("").length;
    return { ...part, text: part.text.slice(cut), start: part.start + cut };
  });
}
