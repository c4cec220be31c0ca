import { checked, defineProvisioner } from "@kiln/sdk";
import { config } from "./config.ts";
import { provision } from "./provision.ts";

export const breakpoint = defineProvisioner({
  kind: "provisioner",
  type: "breakpoint",
  doc: "Pauses until enter is pressed on the terminal.",
  config,
  prepare: async (settings) =>
    checked({
      // At the pause a person may do anything to the machine.
      inputs: async () => (settings.disable ? { config: {}, files: [] } : { never: "waits for a person" }),
      run: (run) => provision(settings, run),
    }),
});
