import { definePostProcessor, problem, verdict } from "@kiln/sdk";
import { checkPublish } from "../publish/check.ts";
import { config, serviceOf } from "./config.ts";
import { process } from "./process.ts";

export const vagrantRegistry = definePostProcessor({
  kind: "post-processor",
  type: "vagrant-registry",
  doc: "Uploads a Vagrant box to the HCP Vagrant Box Registry.",
  config,
  prepare: async (settings, ctx) => {
    const found = [...checkPublish(settings, ctx)];
    const { isHcp, base, authUrl } = serviceOf(settings, ctx.env);
    for (const [option, variable] of [
      ["client_id", "HCP_CLIENT_ID"] as const,
      ["client_secret", "HCP_CLIENT_SECRET"] as const,
    ])
      if (isHcp && !settings[option] && !ctx.env[variable])
        found.push(
          problem("vagrant/no-token", `${option} must be set`, {
            subject: ctx.at(option),
            detail: `Set ${option}, or ${variable} in the environment.`,
          }),
        );
    if (isHcp && settings.insecure_skip_tls_verify)
      found.push(
        problem("vagrant/insecure", "insecure_skip_tls_verify cannot be enabled for HCP", {
          subject: ctx.at("insecure_skip_tls_verify"),
        }),
      );
    for (const [option, url] of [["hcp_api_address", base] as const, ["hcp_auth_url", authUrl] as const])
      if (!URL.canParse(url))
        found.push(problem("vagrant/bad-url", `${option} is not an address: "${url}"`, { subject: ctx.at(option) }));
    return verdict({ run: (run) => process(settings, run) }, found);
  },
});
