import type { ServeSsh } from "@kiln/sdk";

/** The SSH server that the engine offers to provisioners; its code is loaded when one asks. */
export const serveSsh: ServeSsh = async (communicator, options) =>
  (await import("./ssh/server/serve-ssh.ts")).serveSsh(communicator, options);
