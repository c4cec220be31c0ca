import type { Family } from "@kiln/sdk";

/** Virtual machines under QEMU. */
export const family: Family = { name: "qemu" };
