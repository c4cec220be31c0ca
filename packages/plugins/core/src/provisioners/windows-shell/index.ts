import { defineProvisioner, stepInputs, verdict } from "@kiln/sdk";
import { environmentProblems } from "../../script/environment.ts";
import { missingScriptProblems, scriptChoiceProblems, scriptFiles } from "../../script/script-source.ts";
import { config } from "./config.ts";
import { provision } from "./provision.ts";

export const windowsShell = defineProvisioner({
  kind: "provisioner",
  type: "windows-shell",
  doc: "Runs batch files on a Windows machine.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      {
        inputs: async (_, run) =>
          stepInputs(config, settings, run, { files: scriptFiles(settings), fileNoun: "script", rendered: ["inline"] }),
        run: (run) => provision(settings, run),
      },
      [
        ...scriptChoiceProblems(settings, ctx),
        ...(await missingScriptProblems(settings, ctx)),
        ...environmentProblems(settings, ctx),
      ],
    ),
});
