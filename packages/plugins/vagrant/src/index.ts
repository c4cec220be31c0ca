import type { Family } from "@kiln/sdk";

/** Vagrant boxes. */
export const family: Family = { name: "vagrant" };
