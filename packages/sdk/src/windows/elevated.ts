import { StepError } from "../errors.ts";
import type { ProvisionContext } from "../run.ts";
import { timeOrderedUuid } from "../uuid.ts";
import { type ElevatedOptions, elevatedNotRun, elevatedScript } from "./elevated-script.ts";
import { powershellFile } from "./powershell-text.ts";

export interface ElevatedRun extends Pick<ElevatedOptions, "user" | "password" | "command" | "files"> {
  /** Further files to remove at the end. */
  readonly remove?: readonly string[];
}

/**
 * Sends the script that runs a command with elevated rights; the result is the command that starts that script. Call
 * `checkElevated` with its exit code.
 */
export async function sendElevated(
  ctx: Pick<ProvisionContext, "host" | "machine" | "secrets" | "signal">,
  run: ElevatedRun,
): Promise<{ readonly command: string; readonly path: string }> {
  if (run.password !== "") ctx.secrets.add(run.password);
  const path = `C:/Windows/Temp/packer-elevated-shell-${timeOrderedUuid(ctx.host)}.ps1`;
  const taskName = `packer-${timeOrderedUuid(ctx.host)}`;
  const script = powershellFile(elevatedScript({ ...run, taskName, remove: [...(run.remove ?? []), path] }));
  await ctx.machine.communicator.upload(once(script), path, { signal: ctx.signal, size: script.length });
  return { command: `powershell -executionpolicy bypass -file "${path}"`, path };
}

/** The task could not even be run: that is never the success of a program, whatever exit codes are allowed. */
export function checkElevated(exit: number | "disconnected", user: string): void {
  if (exit !== elevatedNotRun) return;
  throw new StepError(
    `The command could not be run as elevated user ${JSON.stringify(user)}: the machine's words are above. ` +
      "Check that the user exists there, that elevated_password is its password, and that it may log on as a batch job.",
    { code: "elevated/not-run" },
  );
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
