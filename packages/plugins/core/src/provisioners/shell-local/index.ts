import { defineProvisioner, verdict } from "@kiln/sdk";
import { localScriptProblems } from "../../local-script/check.ts";
import { runLocalScripts } from "../../local-script/run.ts";
import { config } from "./config.ts";

export const shellLocal = defineProvisioner({
  kind: "provisioner",
  type: "shell-local",
  doc: "Runs shell scripts on the machine that Kiln runs on.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { inputs: async () => ({ never: "works on this machine" }), run: (run) => runLocalScripts(settings, run) },
      await localScriptProblems(settings, ctx),
    ),
});
