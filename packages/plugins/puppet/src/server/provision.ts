import { type ProvisionContext, renderedOption } from "@kiln/sdk";
import { guestCommands, guestOs, makeDirectories, removeDirectory, uploadContents } from "@kiln/sdk/guest";
import { commandData, option, puppetCommand, under } from "../command.ts";
import { factsOf, factsText } from "../facts.ts";
import { runPuppet } from "../run-puppet.ts";
import type { Config } from "./config.ts";

/** Sends the machine's certificate and key where the template has them, and runs the agent once. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  const { ui } = ctx;
  const os = guestOs(config.guest_os_type) ?? "unix";
  const commands = guestCommands(os, { sudo: !config.prevent_sudo });
  const staging =
    config.staging_dir || (os === "windows" ? "C:/Windows/Temp/packer-puppet-server" : "/tmp/packer-puppet-server");
  const certificates = config.client_cert_path ? under(staging, "certs") : "";
  const keys = config.client_private_key_path ? under(staging, "private_keys") : "";

  ui.say("Provisioning with Puppet...");
  ui.message("Creating Puppet staging directory...");
  ui.message(`Creating directory: ${staging}`);
  await makeDirectories([staging, certificates, keys].filter(Boolean), commands, ctx);
  if (config.client_cert_path) {
    ui.message(`Uploading client cert from: ${config.client_cert_path}`);
    ui.message(`Creating directory: ${certificates}`);
    await uploadContents(config.client_cert_path, certificates, ctx);
  }
  if (config.client_private_key_path) {
    ui.message(`Uploading client private keys from: ${config.client_private_key_path}`);
    ui.message(`Creating directory: ${keys}`);
    await uploadContents(config.client_private_key_path, keys, ctx);
  }
  const data = {
    ...commandData(config, ctx, staging, factsText(factsOf(config.facter, ctx), os)),
    ClientCertPath: certificates,
    ClientPrivateKeyPath: keys,
    PuppetServer: config.puppet_server ?? "",
    PuppetNode: config.puppet_node ?? "",
  };
  const command = config.execute_command
    ? renderedOption(
        ctx,
        { option: "execute_command", type: "*puppetserver.ExecuteTemplate" },
        config.execute_command,
        data,
      )
    : puppetCommand(data, os, [
        "agent --onetime --no-daemonize --detailed-exitcodes",
        data.Debug ? "--debug" : "",
        option("server", data.PuppetServer, os),
        option("certname", data.PuppetNode, os),
        option("certdir", certificates, os),
        option("privatekeydir", keys, os),
        data.ExtraArguments,
      ]);
  await runPuppet(command, config, ctx);
  if (config.clean_staging_directory) await removeDirectory(staging, commands, ctx);
}
