import { type ConfigOf, text } from "@kiln/sdk";
import { puppetOptions } from "../options.ts";

/** Options of puppet-server. Source: the Puppet plugin's reference. */
export const config = {
  ...puppetOptions,
  puppet_server: text({ doc: "Name of the server; what the machine's own configuration says when not set." }),
  puppet_node: text({ doc: "Name of the machine's certificate." }),
  client_cert_path: text({ doc: "Directory of the machine's certificate, to be sent there." }),
  client_private_key_path: text({ doc: "Directory of the machine's private key, to be sent there." }),
  staging_dir: text({
    doc: "Directory on the machine for what is sent; `/tmp/packer-puppet-server`, on Windows in `C:/Windows/Temp`.",
  }),
} as const;
export type Config = ConfigOf<typeof config>;
