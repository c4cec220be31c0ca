import { type ConfigOf, duration, flag, list, map, ofNumber, ofText, text } from "@kiln/sdk";

/** Options of the windows-shell provisioner. Source: Packer's reference. */
export const config = {
  inline: list(ofText, {
    doc: "Commands to run; together they make one script, whose lines end in LF, or in CRLF where it has labels, `goto` or `call :label`, which cmd may miss otherwise.",
  }),
  script: text({ doc: "Path of a script to run." }),
  scripts: list(ofText, { doc: "Paths of scripts to run, in this order." }),
  binary: flag({ doc: "Accepted for compatibility; scripts are always sent as they are.", fallback: false }),
  valid_exit_codes: list(ofNumber, { doc: "Exit codes that count as success.", fallback: [0] }),
  environment_vars: list(ofText, { doc: "`NAME=value` entries for the script's environment." }),
  env: map(ofText, { doc: "Environment of the script by name; wins over environment_vars." }),
  env_var_format: text({
    doc: "Go format of one variable, given its name and value; values are not quoted.",
    fallback: 'set "%s=%s" && ',
  }),
  remote_path: text({ doc: "Path of the script on the machine.", fallback: "c:/Windows/Temp/script.bat" }),
  execute_command: text({
    doc: "Command that runs the script; knows `.Vars` and `.Path`.",
    fallback: '{{.Vars}}"{{.Path}}"',
    lateTemplate: true,
  }),
  start_retry_timeout: duration({
    doc: "How long to try to get the script onto the machine and started.",
    fallback: 300_000,
  }),
} as const;
export type Config = ConfigOf<typeof config>;
