import type { Family } from "@kiln/sdk";

/** Provisioning with Puppet, with a server or without. */
export const family: Family = {
  name: "puppet",
  provisioners: {
    "puppet-masterless": async () => (await import("./masterless/index.ts")).puppetMasterless,
    "puppet-server": async () => (await import("./server/index.ts")).puppetServer,
  },
};
