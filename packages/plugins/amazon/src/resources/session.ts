import { DescribeSessionsCommand, type SSMClient, TerminateSessionCommand } from "@aws-sdk/client-ssm";
import type { ResourceKind } from "@kiln/sdk";
import type { Where } from "../access/where.ts";
import { hasCode } from "../retry.ts";
import { type Open, openFromEnvironment } from "./open.ts";

/** Sessions are found by the reason that they were started with. */
export type SessionIntent = { readonly where: Where; readonly instance: string; readonly reason: string };
export type SessionRef = { readonly where: Where; readonly id: string };

export async function terminateSession(ssm: SSMClient, id: string, signal: AbortSignal): Promise<void> {
  try {
    await ssm.send(new TerminateSessionCommand({ SessionId: id }), { abortSignal: signal });
  } catch (thrown) {
    if (!hasCode("DoesNotExistException")(thrown)) throw thrown;
  }
}

export function sessionKind(open: Open): ResourceKind<SessionIntent, SessionRef> {
  return {
    kind: "amazon.ssm-session",
    describe: ({ where, instance }, ref) =>
      `Session Manager session ${ref?.id ?? ""} to ${instance} in ${where.region}`.replace("  ", " "),
    async find({ where, instance, reason }, access, signal) {
      using amazon = await open(where, access, signal);
      const ssm = await amazon.ssm();
      const command = new DescribeSessionsCommand({ State: "Active", Filters: [{ key: "Target", value: instance }] });
      const { Sessions = [] } = await ssm.send(command, { abortSignal: signal });
      return Sessions.filter((session) => session.Reason === reason).map(({ SessionId = "" }) => ({
        where,
        id: SessionId,
      }));
    },
    async release({ where, id }, access, signal) {
      using amazon = await open(where, access, signal);
      await terminateSession(await amazon.ssm(), id, signal);
    },
  };
}
export const session = sessionKind(openFromEnvironment);
