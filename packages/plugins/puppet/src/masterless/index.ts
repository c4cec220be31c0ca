import { type Diagnostic, defineProvisioner, type PrepareContext, problem, verdict } from "@kiln/sdk";
import { pathProblems, puppetProblems } from "../check.ts";
import { type Config, config } from "./config.ts";
import { inputs } from "./inputs.ts";
import { provision } from "./provision.ts";

export const puppetMasterless = defineProvisioner({
  kind: "provisioner",
  type: "puppet-masterless",
  doc: "Applies a Puppet manifest on the machine, without a server.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { inputs: async (_, run) => inputs(settings, run), run: (run) => provision(settings, run) },
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
