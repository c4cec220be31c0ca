import type { Diagnostic, PrepareContext } from "@kiln/sdk";
import { checkAccess } from "../check/access.ts";
import { checkBlockDevices } from "../check/block-devices.ts";
import { checkFastLaunch } from "../check/fast-launch.ts";
import { checkImage } from "../check/image.ts";
import { checkMachine, checkUserData } from "../check/machine.ts";
import { checkPlacement } from "../check/placement.ts";
import { checkReach } from "../check/reach.ts";
import { Refusals } from "../check/refusals.ts";
import { checkSpot } from "../check/spot.ts";
import type { Config } from "./config.ts";

/** Every refusal and warning of an amazon-ebs configuration, all at once. Asks AWS nothing and needs no credentials. */
export async function check(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const refuse = new Refusals(ctx);
  checkAccess(config, refuse);
  checkImage(config, refuse);
  checkMachine(config, refuse);
  await checkUserData(config, ctx, refuse);
  checkPlacement(config, refuse);
  checkSpot(config, refuse);
  checkBlockDevices("ami_block_device_mappings", config.ami_block_device_mappings, refuse);
  checkBlockDevices("launch_block_device_mappings", config.launch_block_device_mappings, refuse);
  checkReach(config, refuse);
  checkFastLaunch(config, refuse);
  const spot = Boolean(config.spot_price && config.spot_price !== "0");
  if (spot && (config.ena_support !== undefined || config.sriov_support)) {
    refuse.error(
      [config.sriov_support ? "sriov_support" : "ena_support"],
      "spot-modification",
      "Spot instances do not support modification, which is required when either `ena_support` or `sriov_support` are set. " +
        "Please ensure you use an AMI that already has either SR-IOV or ENA enabled.",
    );
  }
  if (config.skip_save_build_region && !config.ami_regions?.length) {
    refuse.warning(
      ["skip_save_build_region"],
      "nothing-saved",
      "skip_save_build_region without ami_regions keeps no image at all",
    );
  }
  return refuse.found;
}
