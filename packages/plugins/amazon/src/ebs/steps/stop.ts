import { StopInstancesCommand } from "@aws-sdk/client-ec2";
import { type BuildContext, messageOf, StepError } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { describeFailure, failure, orFail } from "../../failure.ts";
import { waitForInstance } from "../../instances.ts";
import { hasCode, retrying } from "../../retry.ts";
import { pollingOf } from "../../waiting.ts";
import type { Config } from "../config.ts";

/** Stops the instance, so that its volumes hold still, or waits until somebody did (`disable_stop_instance`). */
export async function stopInstance(ctx: BuildContext, amazon: Amazon, config: Config, id: string): Promise<void> {
  const { ui, signal, host } = ctx;
  const ec2 = amazon.ec2();
  if (config.disable_stop_instance) {
    ui.say("Automatic instance stop disabled. Please stop instance manually.");
  } else {
    ui.say("Stopping the source instance...");
    const plan = { tries: 6, firstMs: 10_000, longestMs: 60_000 };
    await orFail(ui, "Error stopping instance", signal, () =>
      retrying(host.clock, signal, plan, hasCode("InvalidInstanceID.NotFound"), (attempt) => {
        ui.message(`Stopping instance, attempt ${attempt}`);
        return ec2.send(new StopInstancesCommand({ InstanceIds: [id] }), { abortSignal: signal });
      }),
    );
  }
  ui.say("Waiting for the instance to stop...");
  try {
    await waitForInstance(ec2, host, pollingOf(config, host.env), id, "stopped", signal);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const why = thrown instanceof StepError ? messageOf(thrown) : describeFailure(thrown);
    throw failure(ui, `Error waiting for instance to stop: ${why}`, thrown);
  }
}
