import type { ProvisionContext } from "@kiln/sdk";
import { rendered } from "../../script/inline-script.ts";
import { temporaryFile } from "../../temporary-file/temporary-file.ts";
import { sourcesOf } from "./check.ts";
import type { Config } from "./config.ts";
import { download } from "./download.ts";
import { upload } from "./upload.ts";

/** Moves everything in the order of the template. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  const destination = rendered(ctx, config.destination ?? "", {}, "destination");
  const exclude = config.exclude ?? [];
  if (config.content) {
    const text = rendered(ctx, config.content, {}, "content");
    const file = await temporaryFile(ctx, text, { prefix: "pkr-file-content", mode: 0o600 });
    try {
      await upload({ source: file.value, destination, exclude }, ctx);
    } finally {
      await file.release();
    }
    return;
  }
  const move = config.direction === "download" ? download : upload;
  for (const given of sourcesOf(config)) {
    await move({ source: rendered(ctx, given, {}, "source"), destination, exclude }, ctx);
  }
}
