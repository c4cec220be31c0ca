import { type ConfigOf, list, ofText, text } from "@kiln/sdk";
import { chefOptions } from "../options.ts";

/** Options of chef-solo. Source: the Chef plugin's reference. */
export const config = {
  ...chefOptions,
  cookbook_paths: list(ofText, { doc: "Directories of cookbooks to send." }),
  remote_cookbook_paths: list(ofText, { doc: "Directories of cookbooks that are on the machine already." }),
  roles_path: text({ doc: "Directory of roles to send." }),
  data_bags_path: text({ doc: "Directory of data bags to send." }),
  environments_path: text({ doc: "Directory of environments to send." }),
} as const;
export type Config = ConfigOf<typeof config>;
