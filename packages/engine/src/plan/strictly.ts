import type { Diagnostic } from "@kiln/sdk";

/** Warnings that are errors under `-strict`. */
const refused: ReadonlySet<string> = new Set([
  "config/deprecated",
  "template/undefined-variable",
  "variables/undeclared",
]);

export function strictly(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.map((d) => (d.severity === "warning" && refused.has(d.code) ? { ...d, severity: "error" } : d));
}
