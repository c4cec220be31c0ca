import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { orFail } from "../../failure.ts";
import { deleteSnapshot, deregister, imagesNamed, snapshotsOf } from "../../images.ts";
import type { Config } from "../config.ts";

/** Makes room for the new image's name in every region that it will be in. */
export async function deregisterOld(ctx: BuildContext, amazon: Amazon, config: Config): Promise<void> {
  const { ui, signal } = ctx;
  const name = config.ami_name ?? "";
  for (const region of new Set([...(config.ami_regions ?? []), amazon.region])) {
    const ec2 = amazon.ec2(region);
    const old = await orFail(ui, "Error describing AMI", signal, () => imagesNamed(ec2, name, signal));
    for (const image of old) {
      const id = image.ImageId ?? "";
      await orFail(ui, "Error deregistering existing AMI", signal, () => deregister(ec2, id, signal));
      ui.say(`Deregistered AMI ${name}, id: ${id}`);
      if (!config.force_delete_snapshot) continue;
      for (const snapshot of snapshotsOf(image)) {
        await orFail(ui, "Error deleting existing snapshot", signal, () => deleteSnapshot(ec2, snapshot, signal));
        ui.say(`Deleted snapshot: ${snapshot}`);
      }
    }
  }
}
