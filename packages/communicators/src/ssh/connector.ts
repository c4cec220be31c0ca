import type { Connector } from "@kiln/sdk";
import { checkSsh } from "./check.ts";
import { clearTemporaryKey } from "./clear-temporary-key.ts";
import { connectSsh } from "./client/connect.ts";
import { generateKeyPair } from "./keys/generate.ts";

/** SSH: Packer's options and behaviour over the ssh2 library. Host keys are never verified, as in Packer. */
export const sshConnector: Connector = {
  check: checkSsh,
  connect: connectSsh,
  generateKeyPair: (config, comment) =>
    generateKeyPair(config.temporary_key_pair_type, config.temporary_key_pair_bits, comment),
  clearTemporaryKey,
};
