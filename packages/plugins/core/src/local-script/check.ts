import { type Diagnostic, type PrepareContext, problem } from "@kiln/sdk";
import { environmentProblems } from "../script/environment.ts";
import { missingScriptProblems } from "../script/script-source.ts";
import { knownSystems } from "./operating-system.ts";
import type { LocalScriptConfig } from "./options.ts";

/** Everything that can be said about the options before a run. Wording: Packer's. */
export async function localScriptProblems(
  config: LocalScriptConfig,
  ctx: PrepareContext,
): Promise<readonly Diagnostic[]> {
  const given = (["command", "inline", "script", "scripts"] as const).filter((name) => isGiven(config[name]));
  const found: Diagnostic[] = [];
  const [, second] = given;
  if (given.length === 0)
    found.push(
      problem("shell-local/nothing-to-run", "Command, Inline, Script and Scripts options cannot all be empty.", {
        subject: ctx.at(),
      }),
    );
  else if (second)
    found.push(
      problem(
        "shell-local/several-kinds",
        "You may only specify one of the following options: Command, Inline, Script or Scripts. Please consolidate these options in your config.",
        { subject: ctx.at(second) },
      ),
    );
  found.push(...(await missingScriptProblems(config, ctx)), ...environmentProblems(config, ctx));
  if (config.use_linux_pathing && (isGiven(config.command) || isGiven(config.inline)))
    found.push(
      problem(
        "shell-local/linux-pathing",
        "Packer is unable to use the Command and Inline features with the Windows Linux Subsystem. Please use the Script or Scripts options instead",
        { subject: ctx.at("use_linux_pathing") },
      ),
    );
  for (const [i, name] of (config.only_on ?? []).entries()) {
    if (knownSystems.includes(name)) continue;
    found.push(
      problem(
        "shell-local/unknown-system",
        `Invalid OS specified in only_on: '${name}'\nSupported OS names: ${knownSystems.join(", ")}`,
        { subject: ctx.at("only_on", i) },
      ),
    );
  }
  return found;
}

function isGiven(value: string | readonly string[] | undefined): boolean {
  return value !== undefined && value.length > 0;
}
