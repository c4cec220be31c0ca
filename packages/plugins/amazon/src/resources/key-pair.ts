import { DeleteKeyPairCommand, DescribeKeyPairsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import type { ResourceKind } from "@kiln/sdk";
import type { Where } from "../access/where.ts";
import { clockSkewMs, type Open, openFromEnvironment } from "./open.ts";

/** A temporary key pair is known by its name and that it is not older than the build: the template may choose a name that is taken. */
export type KeyPairIntent = { readonly where: Where; readonly name: string; readonly after: string };
export type KeyPairRef = { readonly where: Where; readonly name: string };

/** A key pair that is not there is success to EC2. */
export async function deleteKeyPair(ec2: EC2Client, name: string, signal: AbortSignal): Promise<void> {
  await ec2.send(new DeleteKeyPairCommand({ KeyName: name }), { abortSignal: signal });
}

export function keyPairKind(open: Open): ResourceKind<KeyPairIntent, KeyPairRef> {
  return {
    kind: "amazon.key-pair",
    describe: ({ where, name }) => `EC2 key pair ${name} in ${where.region}`,
    async find({ where, name, after }, access, signal) {
      using amazon = await open(where, access, signal);
      const filter = { Name: "key-name", Values: [name] };
      const { KeyPairs = [] } = await amazon
        .ec2()
        .send(new DescribeKeyPairsCommand({ Filters: [filter] }), { abortSignal: signal });
      const [found] = KeyPairs;
      return found && isOurs(name, found.CreateTime, after) ? [{ where, name }] : [];
    },
    async release({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      await deleteKeyPair(amazon.ec2(), name, signal);
    },
  };
}
/** Endpoints that tell no time are trusted with the names that only we make up. */
function isOurs(name: string, made: Date | undefined, after: string): boolean {
  if (made === undefined) return name.startsWith("packer_");
  return made.getTime() >= Date.parse(after) - clockSkewMs;
}
export const keyPair = keyPairKind(openFromEnvironment);
