import type { Family } from "@kiln/sdk";

/** Provisioning with Ansible, from here or on the machine. */
export const family: Family = {
  name: "ansible",
  provisioners: {
    ansible: async () => (await import("./remote/index.ts")).ansible,
  },
  resourceKinds: {
    "ansible.temporary-file": async () => (await import("./temporary-file.ts")).temporaryFileKind,
  },
};
