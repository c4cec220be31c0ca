import { defineProvisioner, verdict } from "@kiln/sdk";
import { environmentProblems } from "../../script/environment.ts";
import { missingScriptProblems, scriptChoiceProblems } from "../../script/script-source.ts";
import { config } from "./config.ts";
import { inputs } from "./inputs.ts";
import { provision, type RemotePaths, remotePaths } from "./provision.ts";

export const shell = defineProvisioner({
  kind: "provisioner",
  type: "shell",
  doc: "Runs shell scripts on the machine.",
  config,
  prepare: async (settings, ctx) => {
    let paths: RemotePaths | undefined;
    return verdict(
      {
        inputs: async (_, run) => inputs(settings, run),
        run: (run) => {
          paths ??= remotePaths(settings, run);
          return provision(settings, paths, run);
        },
      },
      [
        ...scriptChoiceProblems(settings, ctx),
        ...(await missingScriptProblems(settings, ctx)),
        ...environmentProblems(settings, ctx),
      ],
    );
  },
});
