import { DescribeInstancesCommand, type EC2Client, type Instance } from "@aws-sdk/client-ec2";
import { type Host, StepError } from "@kiln/sdk";
import { hasCode } from "./retry.ts";
import { type Polling, waitFor } from "./waiting.ts";

const notYet = hasCode("InvalidInstanceID.NotFound");

/** The instance, or undefined while EC2 does not know it yet. */
export async function describeInstance(ec2: EC2Client, id: string, signal: AbortSignal): Promise<Instance | undefined> {
  try {
    const command = new DescribeInstancesCommand({ InstanceIds: [id] });
    const { Reservations = [] } = await ec2.send(command, { abortSignal: signal });
    return Reservations[0]?.Instances?.[0];
  } catch (thrown) {
    if (notYet(thrown)) return undefined;
    throw thrown;
  }
}

/** Waits up to ten minutes (or as `aws_polling` says) until the instance is in `state`. */
export function waitForInstance(
  ec2: EC2Client,
  host: Pick<Host, "clock">,
  polling: Polling,
  id: string,
  state: "running" | "stopped" | "terminated",
  signal: AbortSignal,
): Promise<Instance | undefined> {
  let seen = false;
  const look = async (): Promise<{ readonly instance: Instance | undefined } | undefined> => {
    const instance = await describeInstance(ec2, id, signal);
    if (!instance) return seen && state === "terminated" ? { instance } : undefined;
    seen = true;
    const now = instance.State?.Name;
    if (now === state) return { instance };
    const dead = now === "terminated" || now === "shutting-down" || (state === "running" && now === "stopping");
    if (state !== "terminated" && dead)
      throw new StepError(stateMessage(instance, state), { code: "amazon/instance-lost" });
    return undefined;
  };
  const wait = { what: `instance ${id} to become ${state}`, timeoutMs: 600_000, look };
  return waitFor(host, polling, wait, signal).then(({ instance }) => instance);
}

function stateMessage({ InstanceId, State, StateReason, StateTransitionReason }: Instance, wanted: string): string {
  const reason = [StateReason?.Code, StateReason?.Message].filter(Boolean).join(": ") || StateTransitionReason;
  return `instance ${InstanceId} is ${State?.Name}, not ${wanted}${reason ? `. Instance state change details: ${reason}` : ""}`;
}
