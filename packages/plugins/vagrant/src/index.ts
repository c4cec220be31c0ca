import type { Family } from "@kiln/sdk";

/** Vagrant boxes. */
export const family: Family = {
  name: "vagrant",
  postProcessors: {
    vagrant: async () => (await import("./box/index.ts")).vagrant,
    "vagrant-cloud": async () => (await import("./cloud/index.ts")).vagrantCloud,
    "vagrant-registry": async () => (await import("./registry/index.ts")).vagrantRegistry,
  },
  resourceKinds: {
    "vagrant.box": async () => (await import("./box/box-file.ts")).boxFileKind,
    "vagrant.unfinished-upload": async () => (await import("./publish/unfinished-upload.ts")).unfinishedUploadKind,
  },
};
