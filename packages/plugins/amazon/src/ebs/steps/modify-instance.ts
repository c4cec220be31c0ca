import { ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { orFail } from "../../failure.ts";
import type { Config } from "../config.ts";

/** Marks the stopped instance for enhanced networking; the image inherits the marks. */
export async function modifyInstance(ctx: BuildContext, amazon: Amazon, config: Config, id: string): Promise<void> {
  const { ui, signal } = ctx;
  const ec2 = amazon.ec2();
  if (config.sriov_support) {
    ui.say("Enabling Enhanced Networking (SR-IOV)...");
    const command = new ModifyInstanceAttributeCommand({ InstanceId: id, SriovNetSupport: { Value: "simple" } });
    await orFail(ui, `Error enabling Enhanced Networking (SR-IOV) on ${id}`, signal, () =>
      ec2.send(command, { abortSignal: signal }),
    );
  }
  const ena = config.ena_support;
  if (ena !== undefined) {
    const verb = ena ? "Enabling" : "Disabling";
    ui.say(`${verb} Enhanced Networking (ENA)...`);
    const command = new ModifyInstanceAttributeCommand({ InstanceId: id, EnaSupport: { Value: ena } });
    await orFail(ui, `Error ${verb.toLowerCase()} Enhanced Networking (ENA) on ${id}`, signal, () =>
      ec2.send(command, { abortSignal: signal }),
    );
  }
}
