import type { EC2Client, Instance } from "@aws-sdk/client-ec2";
import { type BuildContext, ConnectError } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { portOf } from "../../connection.ts";
import { describeInstance } from "../../instances.ts";
import type { Config } from "../config.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}
const looks = 3;

/** Where to connect. The first answer comes from what the launch told; later ones ask again, since addresses appear late. */
export function addressOf(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  launched: Instance,
): (signal: AbortSignal) => Promise<Address> {
  const port = portOf(config) ?? 0;
  const fixed = config.communicator === "winrm" ? config.winrm_host : config.ssh_host;
  let known: Instance | undefined = launched;
  return async (signal) => {
    if (fixed) return { host: fixed, port };
    for (let look = 1; look <= looks; look++) {
      const instance = known ?? (await describe(amazon.ec2(), launched, signal));
      known = undefined;
      const host = instance && pick(instance, config.ssh_interface, look);
      if (host) return { host, port };
      if (look < looks) await ctx.host.clock.sleep(1_000, signal);
    }
    throw new ConnectError("connect/failed", "resolve", "couldn't determine address for instance");
  };
}

function describe(ec2: EC2Client, { InstanceId = "" }: Instance, signal: AbortSignal): Promise<Instance | undefined> {
  return describeInstance(ec2, InstanceId, signal);
}

/** In a VPC the public address if there is one; a private one only when nothing else comes, on the last look. */
function pick(instance: Instance, via: string | undefined, look: number): string | undefined {
  const { PublicIpAddress, PrivateIpAddress, PublicDnsName, PrivateDnsName, VpcId } = instance;
  switch (via) {
    case "public_ip":
      return PublicIpAddress;
    case "private_ip":
      return PrivateIpAddress;
    case "public_dns":
      return PublicDnsName;
    case "private_dns":
      return PrivateDnsName;
    case "ipv6":
      return instance.Ipv6Address ?? instance.NetworkInterfaces?.[0]?.Ipv6Addresses?.[0]?.Ipv6Address;
    default:
      if (!VpcId) return PublicDnsName;
      return PublicIpAddress || (look === looks ? PrivateIpAddress : undefined);
  }
}
