import { encodedCommand } from "@kiln/sdk/windows";
import type { Config } from "./config.ts";
import { scriptExpression } from "./script-text.ts";

type Launch = Pick<Config, "execution_policy" | "use_pwsh">;

/** The program and its policy; undefined where the template wants none started. */
function launcher({ execution_policy, use_pwsh }: Launch): string | undefined {
  const policy = execution_policy.toLowerCase();
  return policy === "none" ? undefined : `${use_pwsh ? "pwsh" : "powershell"} -executionpolicy ${policy}`;
}

/** The default command for inline commands. Without a program of our own only its arguments are left, as at Packer. */
export function inlineCommand(config: Launch): string {
  const start = launcher(config);
  return `${start === undefined ? "" : `${start} `}-file {{.Path}}`;
}

/** The default command for script files, for cmd: a template. */
export function scriptCommand(config: Launch & Pick<Config, "debug_mode">, remove: readonly string[]): string {
  const expression = scriptExpression({ debugMode: config.debug_mode, remove });
  const start = launcher(config);
  if (!start) return expression;
  return `${start} ${config.use_pwsh ? "-command " : ""}"${expression}"`;
}

/**
 * The same with everything encoded, for a login shell that may be cmd or PowerShell: the latter would put its own `$LastExitCode` into
 * what stands in double quotes. `-outputformat text` keeps errors readable.
 */
export function encodedLaunch(config: Launch, expression: string): string {
  const start = launcher(config);
  return start ? `${start} -outputformat text -encodedcommand ${encodedCommand(expression)}` : expression;
}
