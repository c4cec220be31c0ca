import { defineProvisioner, stepInputs, verdict } from "@kiln/sdk";
import { config } from "./config.ts";
import { provision } from "./provision.ts";

export const windowsRestart = defineProvisioner({
  kind: "provisioner",
  type: "windows-restart",
  doc: "Restarts a Windows machine and waits until it is back.",
  config,
  prepare: async (settings) =>
    verdict(
      { inputs: async (_, run) => stepInputs(config, settings, run), run: (run) => provision(settings, run) },
      [],
    ),
});
