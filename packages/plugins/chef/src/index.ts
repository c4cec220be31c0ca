import type { Family } from "@kiln/sdk";

/** Provisioning with Chef, with a server or without. */
export const family: Family = {
  name: "chef",
  provisioners: {
    "chef-client": async () => (await import("./client/index.ts")).chefClient,
    "chef-solo": async () => (await import("./solo/index.ts")).chefSolo,
  },
};
