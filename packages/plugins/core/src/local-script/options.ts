import { type ConfigOf, flag, list, map, ofNumber, ofText, text } from "@kiln/sdk";

/** Options of shell-local, the same for provisioner and post-processor. Source: Packer's reference. */
export const localScriptOptions = {
  command: text({ doc: "One command to run.", deprecated: { use: "inline" } }),
  inline: list(ofText, { doc: "Commands to run; together they make one script." }),
  script: text({ doc: "Path of a script to run." }),
  scripts: list(ofText, { doc: "Paths of scripts to run, in this order." }),
  environment_vars: list(ofText, { doc: "`NAME=value` entries for the script's environment." }),
  env: map(ofText, { doc: "Environment of the script by name; wins over environment_vars." }),
  env_var_format: text({
    doc: "Go format of one variable, given its name and value; `%s='%s' ` on Unix, `set %s=%s && ` on Windows.",
  }),
  execute_command: list(ofText, {
    doc: "Program and arguments that run the script; know `.Vars` and `.Script`.",
    lateTemplate: true,
  }),
  inline_shebang: text({ doc: "Interpreter of inline commands; `/bin/sh -e` on Unix when not set." }),
  only_on: list(ofText, { doc: "Operating systems to run on; elsewhere it is skipped." }),
  tempfile_extension: text({ doc: "End of the name of the file made for inline commands; `.cmd` on Windows." }),
  use_linux_pathing: flag({
    doc: "On Windows, give script paths as the Windows Subsystem for Linux sees them.",
    fallback: false,
  }),
  valid_exit_codes: list(ofNumber, { doc: "Exit codes that count as success.", fallback: [0] }),
} as const;
export type LocalScriptConfig = ConfigOf<typeof localScriptOptions>;
