import type { Family } from "@kiln/sdk";

/** Provisioning with Puppet, with a server or without. */
export const family: Family = { name: "puppet" };
