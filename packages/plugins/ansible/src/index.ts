import type { Family } from "@kiln/sdk";

/** Provisioning with Ansible, from here or on the machine. */
export const family: Family = { name: "ansible" };
