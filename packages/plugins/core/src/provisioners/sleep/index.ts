import { checked, defineProvisioner } from "@kiln/sdk";
import { config } from "./config.ts";
import { provision } from "./provision.ts";

export const sleep = defineProvisioner({
  kind: "provisioner",
  type: "sleep",
  doc: "Waits.",
  config,
  prepare: async (settings) =>
    checked({ inputs: async () => ({ config: settings, files: [] }), run: (run) => provision(settings, run) }),
});
