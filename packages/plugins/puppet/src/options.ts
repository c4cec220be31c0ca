import { type ConfigOf, flag, list, map, ofText, text } from "@kiln/sdk";

/** Options of both provisioners. Source: the Puppet plugin's reference. */
export const puppetOptions = {
  clean_staging_directory: flag({ doc: "Remove the staging directory from the machine afterwards.", fallback: false }),
  execute_command: text({ doc: "Command that runs Puppet, instead of the usual one.", lateTemplate: true }),
  extra_arguments: list(ofText, { doc: "Further arguments for Puppet." }),
  facter: map(ofText, { doc: "Facts to give to Puppet, by name." }),
  guest_os_type: text({ doc: "`unix` or `windows`; unix when not set.", choices: ["unix", "windows"] }),
  ignore_exit_codes: flag({ doc: "Go on whatever Puppet's exit code.", fallback: false }),
  prevent_sudo: flag({ doc: "Run Puppet without sudo.", fallback: false }),
  puppet_bin_dir: text({ doc: "Directory of the puppet program on the machine; looked up in PATH when not set." }),
  working_directory: text({
    doc: "Directory to run Puppet in; the staging directory when not set.",
    lateTemplate: true,
  }),
  elevated_user: text({
    doc: "On Windows, run Puppet as this user with all rights, through a scheduled task.",
    lateTemplate: true,
  }),
  elevated_password: text({ doc: "Password of elevated_user.", lateTemplate: true, sensitive: true }),
} as const;
export type PuppetConfig = ConfigOf<typeof puppetOptions>;
