import type { Access } from "@kiln/sdk";
import { type Amazon, reopenAmazon } from "../access/amazon.ts";
import type { Where } from "../access/where.ts";

/** Clocks of AWS and of this machine may differ by this much. */
export const clockSkewMs = 120_000;

/** How a kind gets at AWS: a later process with what it has, the build that makes things with its own clients. */
export type Open = (where: Where, access: Access, signal: AbortSignal) => Promise<Amazon>;

/** With the credentials of the environment. */
export const openFromEnvironment: Open = (where, access, signal) => reopenAmazon(where, access.host, { signal });

/** With the clients that the build has open; they stay open. */
export function openOwn(amazon: Amazon): Open {
  return async ({ region }) => ({
    ...amazon,
    region,
    ec2: (inRegion = region) => amazon.ec2(inRegion),
    [Symbol.dispose]: () => {},
  });
}
