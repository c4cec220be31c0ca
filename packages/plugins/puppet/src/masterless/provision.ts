import { posix } from "node:path";
import { type ProvisionContext, renderedOption } from "@kiln/sdk";
import { guestCommands, guestOs, makeDirectories, removeDirectory, uploadContents, uploadFile } from "@kiln/sdk/guest";
import { commandData, option, puppetCommand, under } from "../command.ts";
import { factsOf, factsText } from "../facts.ts";
import { runPuppet } from "../run-puppet.ts";
import type { Config } from "./config.ts";

/** Sends manifest, modules and Hiera's configuration, and applies the manifest. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  const { ui, host } = ctx;
  const os = guestOs(config.guest_os_type) ?? "unix";
  const commands = guestCommands(os, { sudo: !config.prevent_sudo });
  const staging =
    config.staging_directory ||
    (os === "windows" ? "C:/Windows/Temp/packer-puppet-masterless" : "/tmp/packer-puppet-masterless");
  const modules = (config.module_paths ?? []).map((local, i) => ({ local, remote: under(staging, `module-${i}`) }));
  const manifests = under(staging, "manifests");

  ui.say("Provisioning with Puppet...");
  ui.message("Creating Puppet staging directory...");
  const making = (path: string): void => ui.message(`Creating directory: ${path}`);
  making(staging);
  // All at once: the lines below say where each comes in.
  await makeDirectories([staging, ...modules.map(({ remote }) => remote), manifests], commands, ctx);

  let hiera = "";
  if (config.hiera_config_path) {
    ui.message("Uploading hiera configuration...");
    hiera = under(staging, "hiera.yaml");
    await uploadFile(config.hiera_config_path, hiera, ctx);
  }
  let manifestDirectory = "";
  if (config.manifest_dir) {
    ui.message(`Uploading manifest directory from: ${config.manifest_dir}`);
    manifestDirectory = manifests;
    making(manifests);
    await uploadContents(config.manifest_dir, manifests, ctx);
  }
  for (const { local, remote } of modules) {
    ui.message(`Uploading local modules from: ${local}`);
    making(remote);
    await uploadContents(local, remote, ctx);
  }
  ui.message("Uploading manifests...");
  making(manifests);
  const manifest = config.manifest_file ?? "";
  const isDirectory = (await host.files.stat(manifest))?.kind === "directory";
  let remoteManifest = manifests;
  if (isDirectory) {
    ui.message(`Uploading manifest directory from: ${manifest}`);
    await uploadContents(manifest, manifests, ctx);
  } else {
    ui.message(`Uploading manifest file from: ${manifest}`);
    remoteManifest = under(manifests, posix.basename(manifest.replaceAll("\\", "/")));
    await uploadFile(manifest, remoteManifest, ctx);
  }

  const joiner = os === "windows" ? ";" : ":";
  const data = {
    ...commandData(config, ctx, staging, factsText(factsOf(config.facter, ctx), os)),
    HieraConfigPath: hiera,
    ManifestFile: remoteManifest,
    ManifestDir: manifestDirectory,
    ModulePath: modules.map(({ remote }) => remote).join(joiner),
    ModulePathJoiner: joiner,
  };
  const command = config.execute_command
    ? renderedOption(
        ctx,
        { option: "execute_command", type: "*puppetmasterless.ExecuteTemplate" },
        config.execute_command,
        data,
      )
    : puppetCommand(data, os, [
        "apply --detailed-exitcodes",
        data.Debug ? "--debug" : "",
        option("modulepath", data.ModulePath, os),
        option("hiera_config", hiera, os),
        option("manifestdir", manifestDirectory, os),
        data.ExtraArguments,
        remoteManifest,
      ]);
  await runPuppet(command, config, ctx);
  if (config.clean_staging_directory) await removeDirectory(staging, commands, ctx);
}
