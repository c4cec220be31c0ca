import { until } from "./cloud-fixture.ts";
import { at, type ModelClient, text } from "./model-client.ts";

const xenial = "ami-fce3c696";
/** The least that RunInstances needs. */
export const oneInstance = { ImageId: xenial, InstanceType: "t2.micro", MinCount: 1, MaxCount: 1 };

export async function describeInstance(client: ModelClient, id: string): Promise<unknown> {
  return at(await client.ec2("DescribeInstances", { InstanceIds: [id] }), "Reservations.0.Instances.0");
}

export async function describeImage(client: ModelClient, id: string): Promise<unknown> {
  return at(await client.ec2("DescribeImages", { ImageIds: [id] }), "Images.0");
}

export async function instanceInState(client: ModelClient, id: string, state: string): Promise<unknown> {
  return await until(
    () => describeInstance(client, id),
    (found) => at(found, "State.Name") === state,
  );
}

export async function imageInState(client: ModelClient, id: string, state: string): Promise<unknown> {
  return await until(
    () => describeImage(client, id),
    (found) => at(found, "State") === state,
  );
}

/** Launches and waits until it runs; gives its id. */
export async function runningInstance(
  client: ModelClient,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const id = text(await client.ec2("RunInstances", { ...oneInstance, ...more }), "Instances.0.InstanceId");
  await instanceInState(client, id, "running");
  return id;
}

/** An image of a running instance, available. */
export async function availableImage(client: ModelClient, name: string, instance?: string): Promise<string> {
  const InstanceId = instance ?? (await runningInstance(client));
  const id = text(await client.ec2("CreateImage", { InstanceId, Name: name }), "ImageId");
  await imageInState(client, id, "available");
  return id;
}
