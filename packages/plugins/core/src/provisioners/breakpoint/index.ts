import { checked, defineProvisioner } from "@kiln/sdk";
import { config } from "./config.ts";
import { provision } from "./provision.ts";

export const breakpoint = defineProvisioner({
  kind: "provisioner",
  type: "breakpoint",
  doc: "Pauses until enter is pressed on the terminal.",
  config,
  prepare: async (settings) => checked({ run: (run) => provision(settings, run) }),
});
