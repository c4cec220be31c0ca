import type { Checked, Prepared } from "@kiln/sdk";

/** The value of a check that must succeed. */
export function prepared<Ctx, Out>(result: Checked<Prepared<Ctx, Out>>): Prepared<Ctx, Out> {
  if (!result.ok) throw new Error(result.diagnostics.map((d) => d.summary).join("\n"));
  return result.value;
}
