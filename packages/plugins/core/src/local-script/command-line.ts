import { posix } from "node:path";
import type { RunContext } from "@kiln/sdk";
import { environmentText } from "../script/environment-text.ts";
import { rendered } from "../script/inline-script.ts";
import type { LocalScriptConfig } from "./options.ts";

/** A process to start. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  /** Variables that go into the process's environment instead of its arguments. */
  readonly env: Readonly<Record<string, string>>;
}

const unixFormat = "%s='%s' ";
const unixCommand: readonly string[] = ["/bin/sh", "-c", "{{.Vars}} {{.Script}}"];
const windowsCommand: readonly string[] = ["cmd", "/V", "/C", "{{.Vars}}", "call", "{{.Script}}"];
const shells: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ash", "ksh", "zsh"]);

/**
 * The command that runs a script. Where the template's command is `SHELL -c "{{.Vars}} {{.Script}}"`, which is also the default, the
 * variables reach the script through the environment: the same for the script, but a secret among them is not in the arguments, which
 * every user of this machine can read.
 */
export function commandLine(
  config: LocalScriptConfig,
  script: string,
  variables: ReadonlyMap<string, string>,
  ctx: Pick<RunContext, "host" | "render">,
): CommandLine {
  const windows = ctx.host.platform === "win32";
  const given = config.execute_command;
  const template = given && given.length > 0 ? given : windows ? windowsCommand : unixCommand;
  const format = config.env_var_format || (windows && !config.use_linux_pathing ? "set %s=%s && " : unixFormat);
  const throughEnvironment = format === unixFormat && leadsWithVariables(template) && allNames(variables);
  const data = { Vars: throughEnvironment ? "" : environmentText(variables, format), Script: script, Command: script };
  const [file = "", ...args] = template.map((part) => rendered(ctx, part, data, "command"));
  return { file, args, env: throughEnvironment ? Object.fromEntries(variables) : {} };
}

/** Exactly a shell, `-c`, and the variables before the script: only there do assignments and environment mean the same. */
function leadsWithVariables(template: readonly string[]): boolean {
  const [shell = "", flag, text = "", ...more] = template;
  return (
    more.length === 0 &&
    flag === "-c" &&
    shells.has(posix.basename(shell)) &&
    /^\s*\{\{\s*\.Vars\s*\}\}\s+\{\{\s*\.Script\s*\}\}\s*$/.test(text)
  );
}

/** A shell takes other words for commands, not for assignments: leave those to it. */
function allNames(variables: ReadonlyMap<string, string>): boolean {
  return [...variables.keys()].every((name) => /^[A-Za-z_]\w*$/.test(name));
}
