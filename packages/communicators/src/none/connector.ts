import type { Communicator, Connector } from "@kiln/sdk";
import { TransferError } from "@kiln/sdk";

function refused(what: string): TransferError {
  return new TransferError("transfer/unsupported", `${what} is not implemented when communicator = 'none'`);
}

/** No machine to talk to: commands succeed without running, transfers fail. Source: Packer's `none` communicator. */
const nobody: Communicator = {
  kind: "none",
  exec: async (_command, { signal }) => {
    signal.throwIfAborted();
    return { exit: 0 };
  },
  upload: async () => {
    throw refused("Upload");
  },
  uploadDirectory: async () => {
    throw refused("UploadDir");
  },
  download: () => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        throw refused("Download");
      },
    }),
  }),
  downloadDirectory: async () => {
    throw refused("DownloadDir");
  },
  [Symbol.asyncDispose]: async () => {},
};

/** `communicator = "none"`. */
export const noneConnector: Connector = {
  check: async () => [],
  connect: async () => nobody,
};
