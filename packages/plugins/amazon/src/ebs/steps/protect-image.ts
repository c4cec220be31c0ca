import { EnableImageDeprecationCommand, EnableImageDeregistrationProtectionCommand } from "@aws-sdk/client-ec2";
import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { orFail } from "../../failure.ts";
import type { MadeImage } from "./create-image.ts";

/** Sets the date from which on the images count as deprecated. */
export async function deprecate(
  { ui, signal }: BuildContext,
  amazon: Amazon,
  at: string,
  images: readonly MadeImage[],
): Promise<void> {
  for (const { region, image } of images) {
    ui.say(`Enabling deprecation on AMI (${image.ImageId}) in region "${region}" ...`);
    const command = new EnableImageDeprecationCommand({ ImageId: image.ImageId, DeprecateAt: new Date(at) });
    await orFail(ui, `Error enabling deprecation on AMI (${image.ImageId})`, signal, () =>
      amazon.ec2(region).send(command, { abortSignal: signal }),
    );
  }
}

/** Keeps the images from being deregistered. */
export async function protect(
  { ui, signal }: BuildContext,
  amazon: Amazon,
  cooldown: boolean,
  images: readonly MadeImage[],
): Promise<void> {
  for (const { region, image } of images) {
    ui.say(`Enabling deregistration protection on AMI (${image.ImageId}) in region "${region}" ...`);
    const command = new EnableImageDeregistrationProtectionCommand({ ImageId: image.ImageId, WithCooldown: cooldown });
    await orFail(ui, `Error enabling deregistration protection on AMI (${image.ImageId})`, signal, () =>
      amazon.ec2(region).send(command, { abortSignal: signal }),
    );
  }
}
