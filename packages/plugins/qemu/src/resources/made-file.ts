import { madeFileKind } from "@kiln/sdk";

/** Floppy and CD images, the folder of sockets and console log, port locks, firmware state: whatever must not outlive the build. */
export const qemuMadeFile = madeFileKind("qemu");
