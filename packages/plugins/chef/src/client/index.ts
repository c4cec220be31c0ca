import { type Diagnostic, defineProvisioner, type PrepareContext, problem, verdict } from "@kiln/sdk";
import { chefProblems, pathProblems } from "../check.ts";
import { type Config, config } from "./config.ts";
import { provision } from "./provision.ts";

export const chefClient = defineProvisioner({
  kind: "provisioner",
  type: "chef-client",
  doc: "Runs the Chef client on the machine, against a server.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { inputs: async () => ({ never: "asks a Chef server what to do" }), run: (run) => provision(settings, run) },
      await problems(settings, ctx),
    ),
});

async function problems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found = [...(await chefProblems(config, ctx))];
  if (!config.server_url) found.push(problem("chef/no-server", "server_url must be set", { subject: ctx.at() }));
  if (Boolean(config.policy_name) !== Boolean(config.policy_group))
    found.push(
      problem("chef/policy", "If either policy_name or policy_group are set, they must both be set.", {
        subject: ctx.at(config.policy_name ? "policy_name" : "policy_group"),
      }),
    );
  if (config.elevated_password && !config.elevated_user)
    found.push(
      problem("chef/password-without-user", "Must supply an 'elevated_user' if 'elevated_password' provided", {
        subject: ctx.at("elevated_password"),
      }),
    );
  const key = config.validation_key_path;
  if (key) found.push(...(await pathProblems("validation key path", key, "file", ["validation_key_path"], ctx)));
  return found;
}
