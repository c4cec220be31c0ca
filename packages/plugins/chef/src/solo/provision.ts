import type { ProvisionContext } from "@kiln/sdk";
import { type GuestCommands, guestCommands, guestOs, uploadFile } from "@kiln/sdk/guest";
import { configure } from "../configure.ts";
import { installChef, licenseOf } from "../install.ts";
import { runChef } from "../run-chef.ts";
import { makeDirectory, rubyText, type Staging, stagingAt, uploadDirectory } from "../staging.ts";
import type { Config } from "./config.ts";
import { type SoloData, soloRb } from "./solo-rb.ts";

/** Installs Chef, sends cookbooks and the rest, and runs it. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  const os = guestOs(config.guest_os_type) ?? "unix";
  const commands = guestCommands(os, { sudo: !config.prevent_sudo });
  const staging = stagingAt(config.staging_directory, os, "packer-chef-solo");
  ctx.ui.say("Provisioning with chef-solo");
  if (!config.skip_install) await installChef("chef-solo", config, os, ctx);
  await makeDirectory(staging.path, commands, ctx);
  const data = await sendAll(config, staging, commands, ctx);
  const program = {
    name: "chef-solo",
    configFile: "solo.rb",
    attributesFile: "node.json",
    configText: soloRb(data),
  } as const;
  const command = await configure(program, config, { ...data }, staging, os, ctx);
  await runChef("chef-solo", command, {}, ctx);
}

/** Sends what the template names; tells where it lies now. */
async function sendAll(
  config: Config,
  staging: Staging,
  commands: GuestCommands,
  ctx: ProvisionContext,
): Promise<SoloData> {
  const cookbooks = [...(config.remote_cookbook_paths ?? [])];
  const sent: string[] = [];
  for (const [i, path] of (config.cookbook_paths ?? []).entries()) {
    const remote = staging.at(`cookbooks-${i}`);
    await uploadDirectory(path, remote, commands, ctx);
    sent.push(remote);
  }
  const directory = async (path: string | undefined, name: string): Promise<string> => {
    if (!path) return "";
    await uploadDirectory(path, staging.at(name), commands, ctx);
    return staging.at(name);
  };
  const roles = await directory(config.roles_path, "roles");
  const dataBags = await directory(config.data_bags_path, "data_bags");
  let secret = "";
  if (config.encrypted_data_bag_secret_path) {
    secret = staging.at("encrypted_data_bag_secret");
    await uploadFile(config.encrypted_data_bag_secret_path, secret, ctx);
  }
  const environments = await directory(config.environments_path, "environments");
  return {
    CookbookPaths: [...cookbooks, ...sent].map(rubyText).join(","),
    RolesPath: roles,
    DataBagsPath: dataBags,
    EncryptedDataBagSecretPath: secret,
    EnvironmentsPath: environments,
    ChefEnvironment: config.chef_environment ?? "",
    ChefLicense: licenseOf(config),
    HasRolesPath: roles !== "",
    HasDataBagsPath: dataBags !== "",
    HasEncryptedDataBagSecretPath: secret !== "",
    HasEnvironmentsPath: environments !== "",
  };
}
