import { checked, definePostProcessor } from "@kiln/sdk";
import { config } from "./config.ts";
import { process } from "./process.ts";

export const manifest = definePostProcessor({
  kind: "post-processor",
  type: "manifest",
  doc: "Keeps a JSON file that lists builds and their artifacts.",
  config,
  prepare: async (settings) => checked({ run: (run) => process(settings, run) }),
});
