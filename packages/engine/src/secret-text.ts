import type { Diagnostic, SourceRange } from "@kiln/sdk";

/** A mistake in text that sets `what`: its words and its correction may quote the text. */
export function withoutQuotes(diagnostic: Diagnostic, what: string): Diagnostic {
  const { suggestion: _, ...rest } = diagnostic;
  return { ...rest, detail: `What is wrong there is not shown: ${what}.` };
}

/** All of a file, as far as frames are concerned. */
export function wholeFile(file: string): SourceRange {
  const start = { line: 1, column: 1, byte: 0 };
  return { file, start, end: { ...start, line: Number.MAX_SAFE_INTEGER } };
}

/** The first of the names that a text speaks of. */
export function namedIn(text: string | Uint8Array, names: Iterable<string>): string | undefined {
  const whole = typeof text === "string" ? text : new TextDecoder().decode(text);
  for (const name of names) if (whole.includes(name)) return name;
  return undefined;
}

/** The texts in the value of a sensitive option. One that the run will render (`late`) is no secret: it names one, which the run knows to register. */
export function secretsIn(value: unknown, late: boolean): readonly string[] {
  if (typeof value === "string") return value === "" || (late && value.includes("{{")) ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((inner) => secretsIn(inner, late));
}
