import type { Access } from "@kiln/sdk";
import { type Amazon, reopenAmazon } from "../access/amazon.ts";
import type { Where } from "../access/where.ts";

/** How a kind gets at AWS when another process cleans up; tests give their own. */
export type Open = (where: Where, access: Access, signal: AbortSignal) => Promise<Amazon>;

/** With the credentials of the environment. */
export const openFromEnvironment: Open = (where, access, signal) => reopenAmazon(where, access.host, { signal });
