import type { Family } from "@kiln/sdk";

/** Provisioning with Ansible, from here or on the machine. */
export const family: Family = {
  name: "ansible",
  provisioners: {
    ansible: async () => (await import("./remote/index.ts")).ansible,
    "ansible-local": async () => (await import("./local/index.ts")).ansibleLocal,
  },
  resourceKinds: {
    "ansible.temporary-file": async () => (await import("./temporary-file.ts")).temporaryFileKind,
  },
};
