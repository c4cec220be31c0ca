import { DeleteLaunchTemplateCommand, DescribeLaunchTemplatesCommand, type EC2Client } from "@aws-sdk/client-ec2";
import type { ResourceKind } from "@kiln/sdk";
import type { Where } from "../access/where.ts";
import { hasCode } from "../retry.ts";
import { type Open, openFromEnvironment } from "./open.ts";

export type LaunchTemplateIntent = { readonly where: Where; readonly name: string };

const gone = hasCode("InvalidLaunchTemplateName.NotFoundException", "InvalidLaunchTemplateId.NotFound");

export async function deleteLaunchTemplate(ec2: EC2Client, name: string, signal: AbortSignal): Promise<void> {
  try {
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name }), { abortSignal: signal });
  } catch (thrown) {
    if (!gone(thrown)) throw thrown;
  }
}

export function launchTemplateKind(open: Open): ResourceKind<LaunchTemplateIntent, LaunchTemplateIntent> {
  return {
    kind: "amazon.launch-template",
    describe: ({ where, name }) => `EC2 launch template ${name} in ${where.region}`,
    async find({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      const command = new DescribeLaunchTemplatesCommand({
        Filters: [{ Name: "launch-template-name", Values: [name] }],
      });
      const { LaunchTemplates = [] } = await amazon.ec2().send(command, { abortSignal: signal });
      return LaunchTemplates.length > 0 ? [{ where, name }] : [];
    },
    async release({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      await deleteLaunchTemplate(amazon.ec2(), name, signal);
    },
  };
}
export const launchTemplate = launchTemplateKind(openFromEnvironment);
