import { definePostProcessor, nearestName, problem, verdict } from "@kiln/sdk";
import { config } from "./config.ts";
import { process } from "./process.ts";

const types = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"] as const;

export const checksum = definePostProcessor({
  kind: "post-processor",
  type: "checksum",
  doc: "Writes checksums of an artifact's files.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { run: (run) => process(settings, run) },
      settings.checksum_types.flatMap((type, i) => {
        if (types.some((known) => known === type)) return [];
        const near = nearestName(type, types);
        return [
          problem("checksum/unknown-type", `Unrecognized checksum type: ${type}`, {
            subject: ctx.at("checksum_types", i),
            detail: near ? `Did you mean "${near}"?` : undefined,
          }),
        ];
      }),
    ),
});
