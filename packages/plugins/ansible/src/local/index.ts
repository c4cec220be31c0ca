import { defineProvisioner, verdict } from "@kiln/sdk";
import { problems } from "./check.ts";
import { config } from "./config.ts";
import { provision } from "./provision.ts";

export const ansibleLocal = defineProvisioner({
  kind: "provisioner",
  type: "ansible-local",
  doc: "Runs an Ansible playbook on the machine itself, which must have Ansible.",
  config,
  prepare: async (settings, ctx) => verdict({ run: (run) => provision(settings, run) }, await problems(settings, ctx)),
});
