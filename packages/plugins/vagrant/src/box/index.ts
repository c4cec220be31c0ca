import { definePostProcessor, verdict } from "@kiln/sdk";
import { check } from "./check.ts";
import { config } from "./config.ts";
import { process } from "./process.ts";

export const vagrant = definePostProcessor({
  kind: "post-processor",
  type: "vagrant",
  doc: "Makes a Vagrant box of an artifact.",
  config,
  prepare: async (settings, ctx) => verdict({ run: (run) => process(settings, run) }, await check(settings, ctx)),
});
