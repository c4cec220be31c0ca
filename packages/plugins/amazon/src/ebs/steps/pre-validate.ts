import { DescribeRegionsCommand, DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { type BuildContext, messageOf, StepError } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { checkIdentity } from "../../access/identity.ts";
import { describeFailure, failure } from "../../failure.ts";
import { imagesNamed } from "../../images.ts";
import { checkRegions } from "../../regions-check.ts";
import { hasCode, retryA, retrying } from "../../retry.ts";
import type { Config } from "../config.ts";

/** Everything that can be known to be wrong before anything is made. The questions go out together; answers are judged in order. */
export async function preValidate(ctx: BuildContext, amazon: Amazon, config: Config, force: boolean): Promise<void> {
  const { ui, signal, host } = ctx;
  if (config.vault_aws_engine) {
    ui.say(
      "You're using Vault-generated AWS credentials. It may take a few moments for them to become available on AWS. Please wait...",
    );
    const ask = (): Promise<unknown> => amazon.ec2().send(new DescribeRegionsCommand({}), { abortSignal: signal });
    await retrying(host.clock, signal, retryA, hasCode("AuthFailure"), ask);
  }
  const skipped = skipReason(config, force);
  if (skipped) ui.say(skipped);
  else if (config.vpc_id) ui.say("Prevalidating any provided VPC information");
  if (!skipped) ui.say(`Prevalidating AMI Name: ${config.ami_name}`);

  const regions = [...new Set([...(config.ami_regions ?? []), amazon.region])];
  // A custom endpoint has accounts of its own: AWS's STS does not know them.
  const stranger = config.skip_credential_validation || Boolean(config.custom_endpoint_ec2);
  const questions = [
    ...(stranger ? [] : [checkIdentity(amazon, signal)]),
    ...(config.skip_region_validation ? [] : [checkRegions(amazon, regions, signal)]),
    ...(skipped ? [] : [checkVpc(amazon, config, signal), checkName(amazon, config.ami_name ?? "", signal)]),
  ];
  for (const answer of await Promise.allSettled(questions)) {
    if (answer.status === "fulfilled") continue;
    const why: unknown = answer.reason;
    if (signal.aborted) throw signal.reason;
    throw failure(ui, why instanceof StepError ? messageOf(why) : describeFailure(why), why);
  }
}

function skipReason(config: Config, force: boolean): string | undefined {
  if (force) return "Force Deregister flag found, skipping prevalidating AMI Name";
  if (config.skip_save_build_region) return "skip_build_region was set; not prevalidating AMI name";
  if (config.skip_create_ami) return "skip_create_ami was set; not prevalidating AMI name";
  return undefined;
}

async function checkVpc(amazon: Amazon, config: Config, signal: AbortSignal): Promise<void> {
  const { vpc_id, subnet_id, subnet_filter } = config;
  if (!vpc_id || subnet_id || subnet_filter) return;
  const { Vpcs = [] } = await amazon.ec2().send(new DescribeVpcsCommand({ VpcIds: [vpc_id] }), { abortSignal: signal });
  if (Vpcs[0]?.IsDefault) return;
  throw new StepError(`Error: subnet_id or subnet_filter must be provided for non-default VPCs (${vpc_id})`, {
    code: "amazon/vpc-without-subnet",
  });
}

async function checkName(amazon: Amazon, name: string, signal: AbortSignal): Promise<void> {
  const [taken] = await imagesNamed(amazon.ec2(), name, signal);
  if (!taken) return;
  throw new StepError(
    `Error: AMI Name: '${name}' is used by an existing AMI: ${taken.ImageId}\n` +
      "Put {{timestamp}} into ami_name, deregister that image, or replace it with force_deregister = true or -force.",
    { code: "amazon/name-taken" },
  );
}
