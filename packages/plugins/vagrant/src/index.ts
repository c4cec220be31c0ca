import type { Family } from "@kiln/sdk";

/** Vagrant boxes. */
export const family: Family = {
  name: "vagrant",
  postProcessors: {
    vagrant: async () => (await import("./box/index.ts")).vagrant,
  },
  resourceKinds: {
    "vagrant.box": async () => (await import("./box/box-file.ts")).boxFileKind,
  },
};
