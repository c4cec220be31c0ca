import { type ConfigOf, duration, flag, list, map, num, ofNumber, ofText, text } from "@kiln/sdk";

export const executionPolicies: readonly string[] = [
  "allsigned",
  "bypass",
  "default",
  "none",
  "remotesigned",
  "restricted",
  "undefined",
  "unrestricted",
];

/** Options of the powershell provisioner. Source: Packer's reference. */
export const config = {
  inline: list(ofText, { doc: "Commands to run; together they make one script." }),
  script: text({ doc: "Path of a script to run." }),
  scripts: list(ofText, { doc: "Paths of scripts to run, in this order." }),
  binary: flag({ doc: "Accepted for compatibility; scripts are always sent as they are.", fallback: false }),
  valid_exit_codes: list(ofNumber, { doc: "Exit codes that count as success.", fallback: [0] }),
  environment_vars: list(ofText, { doc: "`NAME=value` entries for the script's environment." }),
  env: map(ofText, { doc: "Environment of the script by name; wins over environment_vars." }),
  env_var_format: text({
    doc: "Go format of one variable, given its name and value. In the value a backtick is put before `$`, backtick and quotes.",
    fallback: '$env:%s="%s"; ',
  }),
  elevated_env_var_format: text({
    doc: "The same for elevated runs.",
    fallback: '$env:%s="%s"; ',
  }),
  remote_path: text({
    doc: "Path of the script on the machine; one of its own in `c:/Windows/Temp` when not set. A slash at the end means into this directory.",
  }),
  remote_env_var_path: text({
    doc: "Path of the file of variables on the machine; one of its own in `c:/Windows/Temp` when not set.",
  }),
  execute_command: text({
    doc: "Command that runs the script; knows `.Path` and `.Vars`, the path of a file that sets the variables.",
    lateTemplate: true,
  }),
  elevated_execute_command: text({
    doc: "Command that runs the script when elevated_user is set; knows the same names.",
    lateTemplate: true,
  }),
  elevated_user: text({
    doc: "Run the script as this user with all rights, through a scheduled task.",
    lateTemplate: true,
  }),
  elevated_password: text({
    doc: "Password of elevated_user; leave it out for a service account such as `SYSTEM`. Usually `{{ build `Password` }}`.",
    lateTemplate: true,
    sensitive: true,
  }),
  execution_policy: text({
    doc: "Execution policy for the script; `none` starts no PowerShell of its own: of the default command is left what follows the policy, `-file PATH` for inline commands and the bare expression for scripts.",
    fallback: "bypass",
    choices: executionPolicies,
  }),
  use_pwsh: flag({ doc: "Run `pwsh`, PowerShell 6 and later, instead of Windows PowerShell.", fallback: false }),
  debug_mode: num({ doc: "Tracing: 0 none, 1 lines, 2 lines, assignments and calls.", fallback: 0 }),
  skip_clean: flag({ doc: "Leave the script and the file of variables on the machine.", fallback: false }),
  start_retry_timeout: duration({
    doc: "How long to try to get the script onto the machine and started.",
    fallback: 300_000,
  }),
  pause_after: duration({ doc: "How long to wait after the last script." }),
} as const;
export type Config = ConfigOf<typeof config>;
