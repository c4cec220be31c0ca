import { type Diagnostic, defineProvisioner, type PrepareContext, verdict } from "@kiln/sdk";
import { pathProblems, puppetProblems } from "../check.ts";
import { type Config, config } from "./config.ts";
import { provision } from "./provision.ts";

export const puppetServer = defineProvisioner({
  kind: "provisioner",
  type: "puppet-server",
  doc: "Runs the Puppet agent on the machine once, against a server.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { inputs: async () => ({ never: "asks a Puppet server what to do" }), run: (run) => provision(settings, run) },
      await problems(settings, ctx),
    ),
});

async function problems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found = [...puppetProblems(config, ctx)];
  for (const name of ["client_cert_path", "client_private_key_path"] as const) {
    const path = config[name];
    if (path) found.push(...(await pathProblems(name, path, "directory", [name], ctx)));
  }
  return found;
}
