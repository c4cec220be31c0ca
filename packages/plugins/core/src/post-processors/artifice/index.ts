import { definePostProcessor, problem, verdict } from "@kiln/sdk";
import { config } from "./config.ts";
import { process } from "./process.ts";

export const artifice = definePostProcessor({
  kind: "post-processor",
  type: "artifice",
  doc: "Makes files that a provisioner left on this machine the build's artifact.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { run: (run) => process(settings, run) },
      settings.files && settings.files.length > 0
        ? []
        : [problem("artifice/no-files", "No files specified in artifice configuration", { subject: ctx.at() })],
    ),
});
