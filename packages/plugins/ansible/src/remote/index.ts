import { defineProvisioner, verdict } from "@kiln/sdk";
import { problems } from "./check.ts";
import { config } from "./config.ts";
import { provision } from "./provision.ts";

export const ansible = defineProvisioner({
  kind: "provisioner",
  type: "ansible",
  doc: "Runs an Ansible playbook here, against the machine.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      {
        inputs: async () => ({ never: "runs Ansible on this machine, which may read anything there" }),
        run: (run) => provision(settings, run),
      },
      await problems(settings, ctx),
    ),
});
