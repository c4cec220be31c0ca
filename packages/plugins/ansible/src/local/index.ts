import { defineProvisioner, stepInputs, verdict } from "@kiln/sdk";
import { problems } from "./check.ts";
import { type Config, config } from "./config.ts";
import { provision } from "./provision.ts";

export const ansibleLocal = defineProvisioner({
  kind: "provisioner",
  type: "ansible-local",
  doc: "Runs an Ansible playbook on the machine itself, which must have Ansible.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      {
        inputs: async (_, run) => stepInputs(config, settings, run, { files: sentFiles(settings) }),
        run: (run) => provision(settings, run),
      },
      await problems(settings, ctx),
    ),
});

/** What it takes from this machine. */
function sentFiles(settings: Config): readonly (string | undefined)[] {
  return [
    settings.playbook_dir,
    settings.playbook_file,
    ...(settings.playbook_files ?? []),
    settings.group_vars,
    settings.host_vars,
    ...(settings.playbook_paths ?? []),
    ...(settings.role_paths ?? []),
    ...(settings.collection_paths ?? []),
    settings.inventory_file,
    settings.galaxy_file,
  ];
}
