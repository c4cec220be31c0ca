import { definePostProcessor, verdict } from "@kiln/sdk";
import { localScriptProblems } from "../../local-script/check.ts";
import { config } from "./config.ts";
import { process } from "./process.ts";

export const shellLocalPostProcessor = definePostProcessor({
  kind: "post-processor",
  type: "shell-local",
  doc: "Runs shell scripts on the machine that Kiln runs on, after a build.",
  config,
  prepare: async (settings, ctx) =>
    verdict({ run: (run) => process(settings, run) }, await localScriptProblems(settings, ctx)),
});
