import { caution, definePostProcessor, problem, verdict } from "@kiln/sdk";
import { checkPublish } from "../publish/check.ts";
import { config, defaultCloudUrl } from "./config.ts";
import { process } from "./process.ts";

export const vagrantCloud = definePostProcessor({
  kind: "post-processor",
  type: "vagrant-cloud",
  doc: "Uploads a Vagrant box to Vagrant Cloud.",
  config,
  prepare: async (settings, ctx) => {
    const found = [...checkPublish(settings, ctx)];
    const token = settings.access_token || ctx.env.VAGRANT_CLOUD_TOKEN;
    if (settings.vagrant_cloud_url === defaultCloudUrl && !token && !ctx.env.ATLAS_TOKEN)
      found.push(
        problem("vagrant/no-token", "access_token must be set if vagrant_cloud_url has not been overridden", {
          subject: ctx.at(),
          detail: "Set access_token, or VAGRANT_CLOUD_TOKEN in the environment.",
        }),
      );
    if (!URL.canParse(settings.vagrant_cloud_url))
      found.push(
        problem("vagrant/bad-url", `vagrant_cloud_url is not a URL: "${settings.vagrant_cloud_url}"`, {
          subject: ctx.at("vagrant_cloud_url"),
        }),
      );
    if (!token && ctx.env.ATLAS_TOKEN)
      found.push(
        caution(
          "vagrant/atlas-token",
          "Warning: Using Vagrant Cloud token found in ATLAS_TOKEN. Please make sure it is correct, or set VAGRANT_CLOUD_TOKEN",
        ),
      );
    return verdict({ run: (run) => process(settings, run) }, found);
  },
});
