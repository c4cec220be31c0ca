import type { Diagnostic, SourceRange } from "@kiln/sdk";
import type { LineOf } from "./source-lines.ts";

const numbered = (line: number, text: string): string => `${String(line).padStart(4)}: ${text}`;

/** `on FILE line N, column C:` with the line and a mark under the offence. */
export function codeFrame(subject: SourceRange, lineOf: LineOf): string {
  const { file, start, end } = subject;
  const head = `on ${file} line ${start.line}, column ${start.column}:`;
  const line = lineOf(file, start.line);
  if (line === undefined) return head;
  const from = Math.max(0, start.column - 1);
  const width = end.line === start.line ? Math.max(1, end.column - start.column) : Math.max(1, line.length - from);
  // A minified template is one long line: show the neighbourhood.
  const offset = line.length > 160 ? Math.max(0, from - 60) : 0;
  const shown = line.slice(offset, offset + 160);
  const marks = " ".repeat(from - offset) + "^".repeat(Math.min(width, Math.max(1, shown.length - (from - offset))));
  const tabs = shown.replace(/[^\t]/g, " ").slice(0, from - offset);
  return `${head}\n${numbered(start.line, shown)}\n      ${tabs.includes("\t") ? tabs.replace(/ +$/, (s) => s) + marks.trimStart() : marks}`;
}

function wrapped(text: string, width = 80): string {
  return text
    .split("\n")
    .map((paragraph) => {
      if (/^\s/.test(paragraph)) return paragraph;
      const lines: string[] = [];
      let line = "";
      for (const word of paragraph.split(" ")) {
        if (line !== "" && line.length + 1 + word.length > width) {
          lines.push(line);
          line = word;
        } else line = line === "" ? word : `${line} ${word}`;
      }
      return [...lines, line].join("\n");
    })
    .join("\n");
}

function indented(text: string, by: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : by + line))
    .join("\n");
}

function title(severity: Diagnostic["severity"]): string {
  return severity === "error" ? "Error: " : "Warning: ";
}

function single(diagnostic: Diagnostic, lineOf: LineOf): string {
  const parts = [`${title(diagnostic.severity)}${diagnostic.summary}`];
  // A JSON syntax error brings the place along in Packer's own form.
  if (diagnostic.subject && diagnostic.code !== "json/syntax")
    parts.push(indented(codeFrame(diagnostic.subject, lineOf), "  "));
  if (diagnostic.detail) parts.push(wrapped(diagnostic.detail));
  return `${parts.join("\n\n")}\n\n`;
}

/** Diagnostics of one group, in the form of Go's error lists that scripts know, each with its place below it. */
function grouped(group: string, members: readonly Diagnostic[], lineOf: LineOf): string {
  const count = members.length === 1 ? "1 error occurred:" : `${members.length} errors occurred:`;
  const warning = members[0]?.severity === "warning";
  const items = members.map((d) => {
    const more = [d.subject && codeFrame(d.subject, lineOf), d.detail && wrapped(d.detail)].filter(
      (p) => p !== undefined && p !== "",
    );
    return `\t* ${d.summary}\n${more.length > 0 ? `${indented(more.join("\n"), "\t    ")}\n` : ""}`;
  });
  return `${title(members[0]?.severity ?? "error")}${group}\n\n${warning ? "" : `${count}\n`}${items.join("")}\n\n`;
}

/** All diagnostics as the terminal shows them; errors and warnings in the order given, groups kept together. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], lineOf: LineOf): string {
  const groups = Map.groupBy(diagnostics, (d) => (d.group === undefined ? d : `${d.severity} ${d.group}`));
  const parts: string[] = [];
  for (const members of groups.values()) {
    const group = members[0]?.group;
    if (group === undefined) for (const d of members) parts.push(single(d, lineOf));
    else parts.push(grouped(group, members, lineOf));
  }
  return parts.join("");
}
