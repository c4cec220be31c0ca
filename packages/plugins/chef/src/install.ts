import { type LateOption, type ProvisionContext, renderedOption, StepError } from "@kiln/sdk";
import { type ElevatedOptions, type GuestOs, runProgram } from "@kiln/sdk/guest";
import type { ChefProgram } from "./configure.ts";
import type { ChefConfig } from "./options.ts";

/** The licence to accept: Chef's own installer brings a version that will not run without. */
export function licenseOf(config: ChefConfig): string {
  return config.chef_license || (config.skip_install || config.install_command ? "" : "accept-silent");
}

/** Installs Chef on the machine. */
export async function installChef(
  program: ChefProgram["name"],
  config: ChefConfig & ElevatedOptions,
  os: GuestOs,
  ctx: ProvisionContext,
): Promise<void> {
  ctx.ui.message("Installing Chef...");
  const sudo = !config.prevent_sudo;
  const version = config.version ?? "";
  const command = config.install_command
    ? renderedOption(ctx, installCommand(program), config.install_command, { Sudo: sudo, Version: version })
    : usualCommand(os, sudo, version);
  // As in Packer, which shows it for this one alone.
  if (program === "chef-client") ctx.ui.message(command);
  const { exit } = await runProgram(command, config, ctx);
  if (exit === 0) return;
  throw new StepError(
    exit === "disconnected"
      ? "Error installing Chef: the connection was lost"
      : `Error installing Chef: Install script exited with non-zero exit status ${exit}. If the machine cannot reach Chef's ` +
          "servers, bring Chef along in the image and set skip_install.",
    { code: "chef/not-installed" },
  );
}

function installCommand(program: ChefProgram["name"]): LateOption {
  const type = `*${program.replace("-", "")}.InstallChefTemplate`;
  return { option: "install_command", type, complaint: "Error installing Chef" };
}

function usualCommand(os: GuestOs, sudo: boolean, version: string): string {
  if (os === "windows") {
    const which = version ? ` -version ${version}` : "";
    return `powershell.exe -Command ". { iwr -useb https://omnitruck.chef.io/install.ps1 } | iex; Install-Project${which}"`;
  }
  return `curl -L https://omnitruck.chef.io/install.sh | ${sudo ? "sudo " : ""}bash -s --${version ? ` -v ${version}` : ""}`;
}
