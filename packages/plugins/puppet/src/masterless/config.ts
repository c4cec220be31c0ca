import { type ConfigOf, list, ofText, text } from "@kiln/sdk";
import { puppetOptions } from "../options.ts";

/** Options of puppet-masterless. Source: the Puppet plugin's reference. */
export const config = {
  ...puppetOptions,
  manifest_file: text({ doc: "Manifest to apply, a file or a directory." }),
  manifest_dir: text({
    doc: "Directory of further manifests, given to Puppet as `--manifestdir`, which Puppet 4 and later do not know.",
  }),
  module_paths: list(ofText, { doc: "Directories of modules." }),
  hiera_config_path: text({ doc: "Hiera configuration file." }),
  staging_directory: text({
    doc: "Directory on the machine for what is sent; `/tmp/packer-puppet-masterless`, on Windows in `C:/Windows/Temp`.",
  }),
} as const;
export type Config = ConfigOf<typeof config>;
