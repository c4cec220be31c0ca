import type { Family } from "@kiln/sdk";

/** Provisioning with Chef. */
export const family: Family = { name: "chef" };
