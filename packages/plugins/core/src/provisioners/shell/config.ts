import { type ConfigOf, duration, flag, list, map, ofNumber, ofText, text } from "@kiln/sdk";

/** Options of the shell provisioner. Source: Packer's reference. */
export const config = {
  inline: list(ofText, { doc: "Commands to run; together they make one script." }),
  script: text({ doc: "Path of a script to run." }),
  scripts: list(ofText, { doc: "Paths of scripts to run, in this order." }),
  binary: flag({ doc: "Send the script as it is, without turning CRLF into LF.", fallback: false }),
  valid_exit_codes: list(ofNumber, { doc: "Exit codes that count as success.", fallback: [0] }),
  environment_vars: list(ofText, { doc: "`NAME=value` entries for the script's environment." }),
  env: map(ofText, { doc: "Environment of the script by name; wins over environment_vars." }),
  env_var_format: text({
    doc: "Go format of one variable, given its name and value; `%s='%s' `, or an `export` line with use_env_var_file.",
  }),
  use_env_var_file: flag({
    doc: "Send the environment as a file, for the command to read, instead of writing it into the command.",
    fallback: false,
  }),
  remote_folder: text({ doc: "Directory of the script on the machine.", fallback: "/tmp" }),
  remote_file: text({ doc: "Name of the script on the machine; `script_` and a random number when not set." }),
  remote_path: text({ doc: "Full path of the script on the machine, instead of folder and file." }),
  execute_command: text({
    doc: "Command that runs the script; knows `.Vars`, `.Path` and `.EnvVarFile`.",
    lateTemplate: true,
  }),
  inline_shebang: text({ doc: "Interpreter of inline commands; `/bin/sh -e` when not set." }),
  start_retry_timeout: duration({
    doc: "How long to try to get the script onto the machine and started.",
    fallback: 300_000,
  }),
  expect_disconnect: flag({ doc: "Accept that the script ends the connection.", fallback: false }),
  skip_clean: flag({ doc: "Leave the script on the machine.", fallback: false }),
  pause_after: duration({ doc: "How long to wait after the last script." }),
} as const;
export type Config = ConfigOf<typeof config>;
