import type { Amazon } from "./amazon.ts";

/** Asks STS who we are; rejects with what AWS says of the credentials. */
export async function checkIdentity(amazon: Amazon, signal: AbortSignal): Promise<void> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  await (await amazon.sts()).send(new GetCallerIdentityCommand({}), { abortSignal: signal });
}
