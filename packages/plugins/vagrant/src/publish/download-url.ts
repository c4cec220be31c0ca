import { type PostProcessContext, StepError } from "@kiln/sdk";
import type { BoxSource } from "./box-source.ts";

/** `box_download_url` with what only the run knows; undefined where the box is to be uploaded. */
export function downloadUrl(
  template: string | undefined,
  { provider, architecture }: BoxSource,
  ctx: PostProcessContext,
): string | undefined {
  if (!template) return undefined;
  const result = ctx.render(template, { ArtifactId: ctx.input.id, Provider: provider, Architecture: architecture });
  if (result.ok) return result.value;
  const [first] = result.diagnostics;
  throw new StepError(`Error processing box_download_url: ${first?.detail ?? first?.summary ?? "invalid template"}`, {
    code: "vagrant/template",
  });
}
