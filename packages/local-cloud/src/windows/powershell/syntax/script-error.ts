import type { Extent, ScriptSource } from "./ast.ts";

/** A script that PowerShell itself would not accept. */
export class ScriptSyntaxError extends Error {
  static {
    this.prototype.name = "ScriptSyntaxError";
  }
  readonly id: string;
  readonly extent: Extent;
  readonly source: ScriptSource;
  constructor(id: string, message: string, extent: Extent, source: ScriptSource) {
    super(message);
    this.id = id;
    this.extent = extent;
    this.source = source;
  }
}

/** Line and column of a place, both from 1. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}

/** The lines that show where an error is, as PowerShell prints them. */
export function positionLines(source: ScriptSource, extent: Extent): string {
  const { line, column } = placeOf(source.text, extent.start);
  const text = (source.text.split("\n")[line - 1] ?? "").replace(/\r$/, "");
  const width = Math.max(1, Math.min(extent.end - extent.start, text.length - column + 1));
  const indent = text.length - text.trimStart().length;
  const shown = text.trimStart();
  const under = `${" ".repeat(Math.max(0, column - 1 - indent))}${"~".repeat(width)}`;
  return `At ${source.file ?? "line"}:${line} char:${column}\n+ ${shown}\n+ ${under}`;
}
