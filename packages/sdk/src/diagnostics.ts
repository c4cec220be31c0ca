/** A place in a source text. Lines and columns count from 1; columns count grapheme clusters as HCL does; bytes are UTF-8. */
export interface SourcePos {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** Half-open range of a source text; `file` is the path as the user typed it, or `<stdin>`. */
export interface SourceRange {
  readonly file: string;
  readonly start: SourcePos;
  readonly end: SourcePos;
}

/** A user's mistake, as a value. Returned, never thrown; printed by the command line alone. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Stable, documented, greppable: `hcl/unclosed-block`, `config/unknown-attribute`. */
  readonly code: `${string}/${string}`;
  readonly summary: string;
  readonly detail?: string;
  /** Tight range of the offence; `context` is the wider snippet that must contain it. */
  readonly subject?: SourceRange;
  readonly context?: SourceRange;
  readonly suggestion?: { readonly replace: SourceRange; readonly with: string };
  /** What these belong to, said once above them: `Failed to prepare build: "web"`. */
  readonly group?: string;
}

/** Warnings travel with success; errors never travel with a value. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A checked success. */
export function checked<T>(value: T, warnings: readonly Diagnostic[] = []): Checked<T> {
  return { ok: true, value, warnings };
}

/** A checked failure; at least one of the diagnostics should be an error. */
export function refused<T = never>(...diagnostics: readonly Diagnostic[]): Checked<T> {
  return { ok: false, diagnostics };
}

/** The value with whatever was found: refused when any diagnostic is an error, otherwise the rest are warnings. */
export function verdict<T>(value: T, diagnostics: readonly Diagnostic[]): Checked<T> {
  return diagnostics.some((d) => d.severity === "error") ? { ok: false, diagnostics } : checked(value, diagnostics);
}

/** Everything a result says, whichever way it went. */
export function diagnosticsOf(result: Checked<unknown>): readonly Diagnostic[] {
  return result.ok ? result.warnings : result.diagnostics;
}

/** All values, or every problem of all parts at once. */
export function all<T>(parts: readonly Checked<T>[]): Checked<readonly T[]> {
  const values: T[] = [];
  const found: Diagnostic[] = [];
  let failed = false;
  for (const part of parts) {
    if (part.ok) values.push(part.value);
    else failed = true;
    append(found, diagnosticsOf(part));
  }
  return failed ? { ok: false, diagnostics: found } : checked(values, found);
}

export interface DiagnosticOptions {
  readonly detail?: string | undefined;
  readonly subject?: SourceRange | undefined;
  readonly context?: SourceRange | undefined;
  readonly suggestion?: Diagnostic["suggestion"] | undefined;
}

function diagnostic(
  severity: Diagnostic["severity"],
  code: Diagnostic["code"],
  summary: string,
  options: DiagnosticOptions,
): Diagnostic {
  const { detail, subject, context, suggestion } = options;
  return {
    severity,
    code,
    summary,
    ...(detail !== undefined && { detail }),
    ...(subject && { subject }),
    ...(context && { context }),
    ...(suggestion && { suggestion }),
  };
}

/** An error diagnostic; undefined members are left out. */
export function problem(code: Diagnostic["code"], summary: string, options: DiagnosticOptions = {}): Diagnostic {
  return diagnostic("error", code, summary, options);
}

/** A warning diagnostic; undefined members are left out. */
export function caution(code: Diagnostic["code"], summary: string, options: DiagnosticOptions = {}): Diagnostic {
  return diagnostic("warning", code, summary, options);
}

/** Adds all of them; `push(...items)` ends in a stack overflow where there are some hundred thousand, as a broken file may have. */
export function append<T>(to: T[], items: Iterable<T>): void {
  for (const item of items) to.push(item);
}
