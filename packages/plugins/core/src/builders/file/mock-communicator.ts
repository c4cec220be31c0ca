import type { Communicator } from "@kiln/sdk";

/** There is no machine behind a file: commands and transfers succeed and do nothing. Source: Packer's file builder. */
export const mockCommunicator: Communicator = {
  kind: "mock",
  exec: async () => ({ exit: 0 }),
  upload: async (source) => {
    for await (const _ of source);
  },
  uploadDirectory: async () => {},
  download: async function* () {},
  downloadDirectory: async () => {},
  [Symbol.asyncDispose]: async () => {},
};
