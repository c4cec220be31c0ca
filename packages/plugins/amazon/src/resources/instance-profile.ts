import {
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  type IAMClient,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import type { ResourceKind } from "@kiln/sdk";
import type { Where } from "../access/where.ts";
import { hasCode } from "../retry.ts";
import { type Open, openFromEnvironment } from "./open.ts";

/** Profile, role and policy bear the same unique name. */
export type IamIntent = { readonly where: Where; readonly name: string };

const gone = hasCode("NoSuchEntityException", "NoSuchEntity");
export async function unlessGone(body: Promise<unknown>): Promise<boolean> {
  try {
    await body;
    return true;
  } catch (thrown) {
    if (gone(thrown)) return false;
    throw thrown;
  }
}

export async function detachRole(iam: IAMClient, name: string, abortSignal: AbortSignal): Promise<void> {
  const command = new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: name, RoleName: name });
  await unlessGone(iam.send(command, { abortSignal }));
}
export async function deletePolicy(iam: IAMClient, name: string, abortSignal: AbortSignal): Promise<void> {
  await unlessGone(iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName: name }), { abortSignal }));
}
export async function deleteRole(iam: IAMClient, name: string, abortSignal: AbortSignal): Promise<void> {
  await unlessGone(iam.send(new DeleteRoleCommand({ RoleName: name }), { abortSignal }));
}
export async function deleteProfile(iam: IAMClient, name: string, abortSignal: AbortSignal): Promise<void> {
  await unlessGone(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: name }), { abortSignal }));
}

export function instanceProfileKind(open: Open): ResourceKind<IamIntent, IamIntent> {
  return {
    kind: "amazon.instance-profile",
    describe: ({ name }) => `IAM instance profile ${name}`,
    async find({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      const iam = await amazon.iam();
      const command = new GetInstanceProfileCommand({ InstanceProfileName: name });
      return (await unlessGone(iam.send(command, { abortSignal: signal }))) ? [{ where, name }] : [];
    },
    async release({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      const iam = await amazon.iam();
      await detachRole(iam, name, signal);
      await deleteProfile(iam, name, signal);
    },
  };
}
export function roleKind(open: Open): ResourceKind<IamIntent, IamIntent> {
  return {
    kind: "amazon.role",
    describe: ({ name }) => `IAM role ${name}`,
    async find({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      const iam = await amazon.iam();
      return (await unlessGone(iam.send(new GetRoleCommand({ RoleName: name }), { abortSignal: signal })))
        ? [{ where, name }]
        : [];
    },
    async release({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      const iam = await amazon.iam();
      await detachRole(iam, name, signal);
      await deletePolicy(iam, name, signal);
      await deleteRole(iam, name, signal);
    },
  };
}
export const instanceProfile = instanceProfileKind(openFromEnvironment);
export const role = roleKind(openFromEnvironment);
