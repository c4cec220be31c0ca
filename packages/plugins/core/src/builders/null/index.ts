import { defineBuilder, verdict } from "@kiln/sdk";
import { build } from "./build.ts";
import { connectionProblems } from "./check.ts";
import { config } from "./config.ts";

export const nullBuilder = defineBuilder({
  kind: "builder",
  type: "null",
  doc: "Connects to a machine that exists already and provisions it; makes no image.",
  config,
  prepare: async (settings, ctx) => verdict({ run: (run) => build(settings, run) }, connectionProblems(settings, ctx)),
});
