import { DeleteKeyPairCommand, DescribeKeyPairsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import type { ResourceKind } from "@kiln/sdk";
import type { Where } from "../access/where.ts";
import { type Open, openFromEnvironment } from "./open.ts";

/** A temporary key pair is known by its name, which is unique. */
export type KeyPairIntent = { readonly where: Where; readonly name: string };

/** A key pair that is not there is success to EC2. */
export async function deleteKeyPair(ec2: EC2Client, name: string, signal: AbortSignal): Promise<void> {
  await ec2.send(new DeleteKeyPairCommand({ KeyName: name }), { abortSignal: signal });
}

export function keyPairKind(open: Open): ResourceKind<KeyPairIntent, KeyPairIntent> {
  return {
    kind: "amazon.key-pair",
    describe: ({ where, name }) => `EC2 key pair ${name} in ${where.region}`,
    async find({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      const filter = { Name: "key-name", Values: [name] };
      const { KeyPairs = [] } = await amazon
        .ec2()
        .send(new DescribeKeyPairsCommand({ Filters: [filter] }), { abortSignal: signal });
      return KeyPairs.length > 0 ? [{ where, name }] : [];
    },
    async release({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      await deleteKeyPair(amazon.ec2(), name, signal);
    },
  };
}
export const keyPair = keyPairKind(openFromEnvironment);
