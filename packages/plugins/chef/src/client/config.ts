import { type ConfigOf, flag, text } from "@kiln/sdk";
import { chefOptions } from "../options.ts";

/** Options of chef-client. Source: the Chef plugin's reference. */
export const config = {
  ...chefOptions,
  server_url: text({ doc: "URL of the Chef server. Needed." }),
  client_key: text({
    doc: "Path of the client's key on the machine; `client.pem` in the staging directory when not set.",
  }),
  knife_command: text({
    doc: "Command that runs knife, instead of the usual one; knows `.Args`, `.Flags` and `.Sudo`.",
    lateTemplate: true,
  }),
  node_name: text({ doc: "Name of the node; `packer-` and a UUID when not set." }),
  policy_name: text({ doc: "Policy to use, together with policy_group." }),
  policy_group: text({ doc: "Policy group to use, together with policy_name." }),
  rubygems_url: text({ doc: "Where gems come from." }),
  skip_clean_client: flag({ doc: "Leave the client on the server.", fallback: false }),
  skip_clean_node: flag({ doc: "Leave the node on the server.", fallback: false }),
  skip_clean_staging_directory: flag({ doc: "Leave the staging directory on the machine.", fallback: false }),
  ssl_verify_mode: text({ doc: "`verify_none` or `verify_peer`." }),
  trusted_certs_dir: text({ doc: "Directory on the machine with certificates to trust." }),
  validation_client_name: text({ doc: "Name of the validation client; `chef-validator` when not set." }),
  validation_key_path: text({ doc: "Local file with the validation key, to be sent to the machine." }),
  elevated_user: text({
    doc: "On Windows, run Chef as this user with all rights, through a scheduled task.",
    lateTemplate: true,
  }),
  elevated_password: text({ doc: "Password of elevated_user.", lateTemplate: true, sensitive: true }),
} as const;
export type Config = ConfigOf<typeof config>;
