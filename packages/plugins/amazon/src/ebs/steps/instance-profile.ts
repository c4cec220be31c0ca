import { type EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  type IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { type BuildContext, timeOrderedUuid } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { orFail } from "../../failure.ts";
import { ec2Principal } from "../../regions.ts";
import {
  deletePolicy,
  deleteProfile,
  deleteRole,
  detachRole,
  instanceProfileKind,
  roleKind,
  unlessGone,
} from "../../resources/instance-profile.ts";
import { openOwn } from "../../resources/open.ts";
import { awsCode, retrying } from "../../retry.ts";
import { type Tags, tagList } from "../../tag-lists.ts";
import { unhurried } from "../../unhurried.ts";
import { waitFor } from "../../waiting.ts";
import type { Config } from "../config.ts";

/** Name of the profile to launch with, if any: the template's, or a temporary one with the policy given. */
export async function findInstanceProfile(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  sourceImage: string,
  runTags: Tags,
): Promise<string | undefined> {
  const { ui, signal } = ctx;
  const given = config.iam_instance_profile;
  if (given) {
    if (config.skip_profile_validation) return given;
    const ask = new GetInstanceProfileCommand({ InstanceProfileName: given });
    await orFail(ui, "Couldn't find specified instance profile", signal, async () =>
      (await amazon.iam()).send(ask, { abortSignal: signal }),
    );
    return given;
  }
  const policy = config.temporary_iam_instance_profile_policy_document;
  return policy && temporaryProfile(ctx, amazon, policy, sourceImage, runTags);
}

type Policy = NonNullable<Config["temporary_iam_instance_profile_policy_document"]>;

async function temporaryProfile(
  ctx: BuildContext,
  amazon: Amazon,
  policy: Policy,
  sourceImage: string,
  runTags: Tags,
): Promise<string> {
  const { ui, signal, host } = ctx;
  const iam = await amazon.iam();
  const name = `packer-${timeOrderedUuid(host)}`;
  await makeProfile(ctx, amazon, iam, name, runTags);
  await makeRole(ctx, amazon, iam, name, runTags);
  ui.say(`Attaching policy to the temporary role: ${name}`);
  await orFail(ui, "Error attaching the policy to the temporary role", signal, async () => {
    const document = JSON.stringify(policyDocument(policy));
    const put = new PutRolePolicyCommand({ RoleName: name, PolicyName: name, PolicyDocument: document });
    await iam.send(put, { abortSignal: signal });
    const add = new AddRoleToInstanceProfileCommand({ RoleName: name, InstanceProfileName: name });
    await iam.send(add, { abortSignal: signal });
  });
  ui.say("Waiting for the change to propagate because of eventual consistency...");
  await orFail(ui, "Error waiting for the temporary instance profile", signal, () =>
    waitUntilLaunchable(ctx, amazon.ec2(), name, sourceImage),
  );
  return name;
}

async function makeProfile(ctx: BuildContext, amazon: Amazon, iam: IAMClient, name: string, tags: Tags): Promise<void> {
  const { ui, signal } = ctx;
  ui.say(`Creating temporary instance profile for this instance: ${name}`);
  const command = new CreateInstanceProfileCommand({ InstanceProfileName: name, ...tagged(tags) });
  await ctx.acquire({
    kind: instanceProfileKind(openOwn(amazon)),
    intent: { where: amazon.where, name },
    create: (work) =>
      orFail(ui, "Error creating the temporary instance profile", signal, () =>
        unhurried(ctx.host.clock, work, (late) => iam.send(command, { abortSignal: late })),
      ),
    ref: () => ({ where: amazon.where, name }),
    async release(_, __, cleanup) {
      ui.say("Deleting temporary instance profile...");
      await deleteProfile(iam, name, cleanup);
    },
  });
  const ask = new GetInstanceProfileCommand({ InstanceProfileName: name });
  await untilThere(ctx, `instance profile ${name} to exist`, 40_000, () => iam.send(ask, { abortSignal: signal }));
}

async function makeRole(ctx: BuildContext, amazon: Amazon, iam: IAMClient, name: string, tags: Tags): Promise<void> {
  const { ui, signal } = ctx;
  ui.say(`Creating temporary role for this instance: ${name}`);
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: ec2Principal(amazon.region) }, Action: "sts:AssumeRole" }],
  };
  const command = new CreateRoleCommand({
    RoleName: name,
    Description: "Temporary role for Packer",
    AssumeRolePolicyDocument: JSON.stringify(trust),
    ...tagged(tags),
  });
  await ctx.acquire({
    kind: roleKind(openOwn(amazon)),
    intent: { where: amazon.where, name },
    create: (work) =>
      orFail(ui, "Error creating the temporary role", signal, () =>
        unhurried(ctx.host.clock, work, (late) => iam.send(command, { abortSignal: late })),
      ),
    ref: () => ({ where: amazon.where, name }),
    async release(_, __, cleanup) {
      ui.say("Detaching temporary role from instance profile...");
      await detachRole(iam, name, cleanup);
      ui.say("Removing policy from temporary role...");
      await deletePolicy(iam, name, cleanup);
      ui.say("Deleting temporary role...");
      await deleteRole(iam, name, cleanup);
    },
  });
  const ask = new GetRoleCommand({ RoleName: name });
  await untilThere(ctx, `role ${name} to exist`, 20_000, () => iam.send(ask, { abortSignal: signal }));
}

async function untilThere(
  ctx: BuildContext,
  what: string,
  timeoutMs: number,
  ask: () => Promise<unknown>,
): Promise<void> {
  const look = async (): Promise<true | undefined> => ((await unlessGone(ask())) ? true : undefined);
  await orFail(ctx.ui, `Error waiting for ${what}`, ctx.signal, () =>
    waitFor(ctx.host, {}, { what, timeoutMs, look }, ctx.signal),
  );
}

/** EC2 hears of a profile later than IAM: asks for a launch that is not carried out until EC2 would allow it. */
async function waitUntilLaunchable(ctx: BuildContext, ec2: EC2Client, name: string, image: string): Promise<void> {
  const command = new RunInstancesCommand({
    DryRun: true,
    ImageId: image,
    InstanceType: "t3.nano",
    MinCount: 1,
    MaxCount: 1,
    IamInstanceProfile: { Name: name },
  });
  const plan = { tries: 11, firstMs: 500, longestMs: 5_000 };
  await retrying(ctx.host.clock, ctx.signal, plan, isInvalidProfile, async () => {
    try {
      await ec2.send(command, { abortSignal: ctx.signal });
    } catch (thrown) {
      // Any other refusal of the rehearsal (architecture, quota) is not about the profile: the real launch will tell.
      if (isInvalidProfile(thrown)) throw thrown;
    }
  });
}
function isInvalidProfile(thrown: unknown): boolean {
  return (
    awsCode(thrown) === "InvalidParameterValue" &&
    thrown instanceof Error &&
    /iamInstanceProfile|Instance Profile/i.test(thrown.message)
  );
}

function policyDocument({ Version, Statement = [] }: Policy): unknown {
  return {
    Version,
    Statement: Statement.map(({ Effect, Action, Resource }) => ({
      Effect,
      Action,
      ...(Resource && { Resource }),
    })),
  };
}
function tagged(tags: Tags): { Tags?: { Key: string; Value: string }[] } {
  const list = tagList(tags).map(({ Key = "", Value = "" }) => ({ Key, Value }));
  return list.length > 0 ? { Tags: list } : {};
}
