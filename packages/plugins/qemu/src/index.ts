import type { Family } from "@kiln/sdk";

/** Virtual machines under QEMU. */
export const family: Family = {
  name: "qemu",
  builders: { qemu: async () => (await import("./builder.ts")).qemu },
  resourceKinds: {
    "qemu.machine": async () => (await import("./resources/process.ts")).machineKind,
    "qemu.tpm": async () => (await import("./resources/process.ts")).tpmKind,
    "qemu.output-directory": async () => (await import("./resources/output-directory.ts")).outputDirectoryKind,
    "qemu.made-file": async () => (await import("./resources/made-file.ts")).qemuMadeFile,
  },
};
