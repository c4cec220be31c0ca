import { type Diagnostic, defineProvisioner, type PrepareContext, problem, stepInputs, verdict } from "@kiln/sdk";
import { pathProblems, puppetProblems } from "../check.ts";
import { type Config, config } from "./config.ts";
import { provision } from "./provision.ts";

export const puppetMasterless = defineProvisioner({
  kind: "provisioner",
  type: "puppet-masterless",
  doc: "Applies a Puppet manifest on the machine, without a server.",
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

async function problems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found = [...puppetProblems(config, ctx)];
  const { hiera_config_path: hiera, manifest_dir: directory, manifest_file: manifest, module_paths = [] } = config;
  if (hiera) found.push(...(await pathProblems("hiera_config_path", hiera, "file", ["hiera_config_path"], ctx)));
  if (directory) found.push(...(await pathProblems("manifest_dir", directory, "directory", ["manifest_dir"], ctx)));
  if (manifest) found.push(...(await pathProblems("manifest_file", manifest, "either", ["manifest_file"], ctx)));
  else found.push(problem("puppet/no-manifest", "A manifest_file must be specified.", { subject: ctx.at() }));
  for (const [i, path] of module_paths.entries()) {
    found.push(...(await pathProblems(`module_path[${i}]`, path, "directory", ["module_paths", i], ctx)));
  }
  return found;
}

/** What it takes from this machine. */
function sentFiles(settings: Config): readonly (string | undefined)[] {
  return [settings.manifest_file, settings.manifest_dir, ...(settings.module_paths ?? []), settings.hiera_config_path];
}
