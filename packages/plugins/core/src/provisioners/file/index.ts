import { defineProvisioner, verdict } from "@kiln/sdk";
import { problems } from "./check.ts";
import { config } from "./config.ts";
import { inputs } from "./inputs.ts";
import { provision } from "./provision.ts";

export const file = defineProvisioner({
  kind: "provisioner",
  type: "file",
  doc: "Moves files and directories to the machine or from it.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { inputs: async (_, run) => inputs(settings, run), run: (run) => provision(settings, run) },
      await problems(settings, ctx),
    ),
});
