import { type PostProcessContext, renderedOption } from "@kiln/sdk";
import type { BoxSource } from "./box-source.ts";

/** `box_download_url` with what only the run knows; undefined where the box is to be uploaded. */
export function downloadUrl(
  template: string | undefined,
  { provider, architecture }: BoxSource,
  ctx: PostProcessContext,
): string | undefined {
  if (!template) return undefined;
  const data = { ArtifactId: ctx.input.id, Provider: provider, Architecture: architecture };
  return renderedOption(
    ctx,
    { option: "box_download_url", type: "*vagrantcloud.boxDownloadUrlTemplate" },
    template,
    data,
  );
}
