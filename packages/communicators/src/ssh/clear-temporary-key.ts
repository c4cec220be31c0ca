import type { Communicator, ConnectConfig, KeyPair } from "@kiln/sdk";
import { quoted } from "./transfer/quote.ts";

/**
 * Takes the lines that end in the temporary key's name out of the user's authorized_keys, and root's where `sudo` allows it. Failures
 * are of no consequence: the machine may have neither file. Source: Packer's step that cleans up temporary keys.
 */
export async function clearTemporaryKey(
  comm: Communicator,
  config: ConnectConfig,
  key: KeyPair,
  signal: AbortSignal,
): Promise<void> {
  if (!config.ssh_clear_authorized_keys || key.comment === "") return;
  const pattern = quoted(`/ ${key.comment.replace(/[\\/.*[\]^$]/g, "\\$&")}$/d`);
  for (const [sudo, file] of [
    ["", "~/.ssh/authorized_keys"],
    ["sudo ", "/root/.ssh/authorized_keys"],
  ]) {
    await comm.exec(`${sudo}sed -i.bak ${pattern} ${file}; ${sudo}rm -f ${file}.bak`, { signal });
  }
}
