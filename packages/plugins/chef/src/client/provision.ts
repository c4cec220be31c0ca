import { messageOf, type ProvisionContext, timeOrderedUuid } from "@kiln/sdk";
import { guestCommands, guestOs, removeDirectory, uploadFile } from "@kiln/sdk/guest";
import { configure } from "../configure.ts";
import { installChef, licenseOf } from "../install.ts";
import { runChef } from "../run-chef.ts";
import { makeDirectory, type Staging, stagingAt } from "../staging.ts";
import { cleanServer } from "./clean-up.ts";
import { type ClientData, clientRb } from "./client-rb.ts";
import type { Config } from "./config.ts";

/** Installs Chef, registers the machine with the server, runs it, and takes the machine off the server again. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  const os = guestOs(config.guest_os_type) ?? "unix";
  const commands = guestCommands(os, { sudo: !config.prevent_sudo });
  const staging = stagingAt(config.staging_directory, os, "packer-chef-client");
  if (!config.skip_install) await installChef("chef-client", config, os, ctx);
  await makeDirectory(staging.path, commands, ctx);
  const data = await sendAll(config, staging, ctx);
  const program = {
    name: "chef-client",
    configFile: "client.rb",
    attributesFile: "first-boot.json",
    configText: clientRb(data),
  } as const;
  const command = await configure(program, config, { ...data }, staging, os, ctx);
  let failure: unknown;
  try {
    await runChef("chef-client", command, config, ctx);
  } catch (error) {
    ctx.signal.throwIfAborted();
    failure = error;
  }
  // Also after a failed run: it may have registered the node before.
  try {
    await cleanServer(config, data, staging, ctx);
  } catch (error) {
    if (failure === undefined) throw error;
    ctx.signal.throwIfAborted();
    ctx.ui.error(messageOf(error));
  }
  if (failure !== undefined) throw failure;
  if (!config.skip_clean_staging_directory) await removeDirectory(staging.path, commands, ctx);
}

async function sendAll(config: Config, staging: Staging, ctx: ProvisionContext): Promise<ClientData> {
  const file = async (path: string | undefined, name: string): Promise<string> => {
    if (!path) return "";
    ctx.ui.message(`Uploading ${path}...`);
    await uploadFile(path, staging.at(name), ctx);
    return staging.at(name);
  };
  const secret = await file(config.encrypted_data_bag_secret_path, "encrypted_data_bag_secret");
  return {
    NodeName: config.node_name || `packer-${timeOrderedUuid(ctx.host)}`,
    ServerUrl: config.server_url ?? "",
    ClientKey: config.client_key || staging.at("client.pem"),
    ValidationKeyPath: await file(config.validation_key_path, "validation.pem"),
    ValidationClientName: config.validation_client_name ?? "",
    ChefEnvironment: config.chef_environment ?? "",
    ChefLicense: licenseOf(config),
    PolicyGroup: config.policy_group ?? "",
    PolicyName: config.policy_name ?? "",
    SslVerifyMode: config.ssl_verify_mode ?? "",
    TrustedCertsDir: config.trusted_certs_dir ?? "",
    EncryptedDataBagSecretPath: secret,
    RubygemsUrl: config.rubygems_url ?? "",
  };
}
