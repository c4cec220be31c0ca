import type { EC2Client } from "@aws-sdk/client-ec2";
import type { STSClient } from "@aws-sdk/client-sts";

const encoded = /Encoded authorization failure message: ([\w+/=-]+)/;

/**
 * Makes refused requests say which action was refused, and, where asked to, what STS decodes of the refusal
 * (`decode_authorization_messages`).
 */
export function explainRefusals(client: EC2Client, decoder: (() => Promise<STSClient>) | undefined): EC2Client {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (thrown) {
        if (!(thrown instanceof Error) || thrown.name !== "UnauthorizedOperation") throw thrown;
        const action = String(context.commandName ?? "").replace(/Command$/, "");
        if (!thrown.message.includes(`ec2:${action}`)) thrown.message += ` (performing ec2:${action})`;
        const message = encoded.exec(thrown.message)?.[1];
        if (decoder && message !== undefined) thrown.message += await decode(decoder, message);
        throw thrown;
      }
    },
    { step: "initialize", name: "explainRefusals" },
  );
  return client;
}

async function decode(decoder: () => Promise<STSClient>, message: string): Promise<string> {
  const { DecodeAuthorizationMessageCommand } = await import("@aws-sdk/client-sts");
  try {
    const sts = await decoder();
    const { DecodedMessage = "" } = await sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: message }));
    return `\nAuthorization failure message: '${DecodedMessage}'`;
  } catch (thrown) {
    return `\nThe authorization message could not be decoded: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}
