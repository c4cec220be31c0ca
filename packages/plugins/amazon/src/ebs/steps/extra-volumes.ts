import type { Instance } from "@aws-sdk/client-ec2";
import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { describeFailure } from "../../failure.ts";
import { deleteVolume, extraVolumes, looseVolumes } from "../../volumes.ts";
import type { Config } from "../config.ts";

const nothing = "No volumes to clean up, skipping";

/** Registered before the launch, so that it runs after the instance is gone; told of the instance once there is one. */
export function cleanUpVolumes(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
): { launched(instance: Instance): void } {
  const { ui } = ctx;
  const mapped = (config.launch_block_device_mappings ?? []).map((device) => device.device_name ?? "");
  let extra: readonly string[] | undefined;
  ctx.defer(async (signal) => {
    if (!extra) {
      ui.say(nothing);
      return;
    }
    ui.say("Cleaning up any extra volumes...");
    const ec2 = amazon.ec2();
    const loose = await looseVolumes(ec2, extra, signal);
    if (loose.length === 0) ui.say(nothing);
    for (const volume of loose) {
      ui.say(`Destroying volume (${volume})...`);
      try {
        await deleteVolume(ec2, volume, signal);
      } catch (thrown) {
        ui.error(`Error deleting volume. Please delete it manually: ${volume}: ${describeFailure(thrown)}`);
        throw thrown;
      }
    }
  });
  return { launched: (instance) => void (extra = extraVolumes(instance, mapped)) };
}
