import { anything, type ConfigOf, flag, list, ofText, text } from "@kiln/sdk";

/** Options of both provisioners. Source: the Chef plugin's reference. */
export const chefOptions = {
  chef_environment: text({ doc: "Environment to run in." }),
  chef_license: text({
    doc: "How the licence is accepted: `accept`, `accept-silent`, `accept-no-persist`; `accept-silent` when Chef is installed by the usual command.",
  }),
  config_template: text({ doc: "Template of the configuration file, instead of the usual one." }),
  encrypted_data_bag_secret_path: text({ doc: "File with the secret of encrypted data bags." }),
  execute_command: text({ doc: "Command that runs Chef, instead of the usual one.", lateTemplate: true }),
  guest_os_type: text({ doc: "`unix` or `windows`; unix when not set.", choices: ["unix", "windows"] }),
  install_command: text({ doc: "Command that installs Chef, instead of the usual one.", lateTemplate: true }),
  json: anything({ doc: "Attributes of the node." }),
  json_string: text({ doc: "The same as JSON text." }),
  prevent_sudo: flag({ doc: "Run Chef without sudo.", fallback: false }),
  run_list: list(ofText, { doc: "What Chef is to run." }),
  skip_install: flag({ doc: "Chef is on the machine already.", fallback: false }),
  staging_directory: text({ doc: "Directory on the machine for what is sent; one in `/tmp` or `C:/Windows/Temp`." }),
  version: text({ doc: "Version of Chef to install; the newest when not set." }),
} as const;
export type ChefConfig = ConfigOf<typeof chefOptions>;
