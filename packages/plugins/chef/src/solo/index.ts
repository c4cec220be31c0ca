import { type Diagnostic, defineProvisioner, type PrepareContext, stepInputs, verdict } from "@kiln/sdk";
import { chefProblems, pathProblems } from "../check.ts";
import { type Config, config } from "./config.ts";
import { provision } from "./provision.ts";

export const chefSolo = defineProvisioner({
  kind: "provisioner",
  type: "chef-solo",
  doc: "Runs Chef on the machine, without a server.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      {
        inputs: async (_, run) =>
          settings.config_template
            ? { never: "renders a configuration of its own (config_template) while it runs" }
            : stepInputs(config, settings, run, { files: sentFiles(settings) }),
        run: (run) => provision(settings, run),
      },
      await problems(settings, ctx),
    ),
});

async function problems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found = [...(await chefProblems(config, ctx))];
  for (const [i, path] of (config.cookbook_paths ?? []).entries()) {
    found.push(...(await pathProblems("cookbook path", path, "directory", ["cookbook_paths", i], ctx)));
  }
  for (const [name, label] of [
    ["roles_path", "roles path"],
    ["data_bags_path", "data bags path"],
    ["environments_path", "environments path"],
  ] as const) {
    const path = config[name];
    if (path) found.push(...(await pathProblems(label, path, "directory", [name], ctx)));
  }
  return found;
}

/** What it takes from this machine. */
function sentFiles(settings: Config): readonly (string | undefined)[] {
  return [
    ...(settings.cookbook_paths ?? []),
    settings.roles_path,
    settings.data_bags_path,
    settings.environments_path,
    settings.encrypted_data_bag_secret_path,
  ];
}
