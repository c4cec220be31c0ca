import { defineProvisioner, stepInputs, verdict } from "@kiln/sdk";
import { scriptFiles } from "../../script/script-source.ts";
import { problems } from "./check.ts";
import { config } from "./config.ts";
import { provision, remotePaths } from "./provision.ts";
import type { RemotePaths } from "./remote-paths.ts";

export const powershell = defineProvisioner({
  kind: "provisioner",
  type: "powershell",
  doc: "Runs PowerShell scripts on a Windows machine.",
  config,
  prepare: async (settings, ctx) => {
    let paths: RemotePaths | undefined;
    return verdict(
      {
        inputs: async (_, run) =>
          stepInputs(config, settings, run, {
            files: scriptFiles(settings),
            fileNoun: "script",
            rendered: ["inline"],
          }),
        run: (run) => {
          paths ??= remotePaths(settings, run);
          return provision(settings, paths, run);
        },
      },
      await problems(settings, ctx),
    );
  },
});
