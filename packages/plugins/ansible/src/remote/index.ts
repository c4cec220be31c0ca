import { defineProvisioner, verdict } from "@kiln/sdk";
import { problems } from "./check.ts";
import { config } from "./config.ts";
import { provision } from "./provision.ts";

export const ansible = defineProvisioner({
  kind: "provisioner",
  type: "ansible",
  doc: "Runs an Ansible playbook here, against the machine.",
  config,
  prepare: async (settings, ctx) => verdict({ run: (run) => provision(settings, run) }, await problems(settings, ctx)),
});
