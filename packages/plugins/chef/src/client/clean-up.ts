import { type ProvisionContext, renderedOption, StepError } from "@kiln/sdk";
import { runProgram, uploadText } from "@kiln/sdk/guest";
import type { Staging } from "../staging.ts";
import { type ClientData, knifeRb } from "./client-rb.ts";
import type { Config } from "./config.ts";

/** Takes node and client off the server: the image's copies will be nodes of their own. */
export async function cleanServer(
  config: Config,
  data: ClientData,
  staging: Staging,
  ctx: ProvisionContext,
): Promise<void> {
  if (config.skip_clean_node && config.skip_clean_client) return;
  const configPath = staging.at("knife.rb");
  ctx.ui.message("Creating configuration file 'knife.rb'");
  await uploadText(knifeRb(data), configPath, ctx);
  for (const [what, skip] of [
    ["node", config.skip_clean_node],
    ["client", config.skip_clean_client],
  ] as const) {
    if (skip) continue;
    ctx.ui.say(`Cleaning up chef ${what}...`);
    const { exit } = await runProgram(
      knifeCommand(config, `${what} delete ${data.NodeName}`, `-y -c ${configPath}`, ctx),
      config,
      ctx,
    );
    if (exit !== 0)
      throw new StepError(
        `Error cleaning up chef ${what}: knife ended with ${exit === "disconnected" ? "a lost connection" : `exit status ${exit}`}. ` +
          `Delete ${data.NodeName} on ${data.ServerUrl} by hand, or set skip_clean_${what}.`,
        { code: "chef/not-cleaned" },
      );
  }
}

function knifeCommand(config: Config, args: string, flags: string, ctx: ProvisionContext): string {
  const sudo = !config.prevent_sudo;
  if (config.knife_command)
    return renderedOption(ctx, { option: "knife_command", type: "*chefclient.KnifeTemplate" }, config.knife_command, {
      Args: args,
      Flags: flags,
      Sudo: sudo,
    });
  const windows = config.guest_os_type?.toLowerCase() === "windows";
  return `${windows ? "c:/opscode/chef/bin/knife.bat" : `${sudo ? "sudo " : ""}knife`} ${args} ${flags}`;
}
