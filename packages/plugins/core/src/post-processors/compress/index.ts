import { checked, definePostProcessor } from "@kiln/sdk";
import { config } from "./config.ts";
import { process } from "./process.ts";

export const compress = definePostProcessor({
  kind: "post-processor",
  type: "compress",
  doc: "Compresses an artifact's files into an archive.",
  config,
  prepare: async (settings) => checked({ run: (run) => process(settings, run) }),
});
