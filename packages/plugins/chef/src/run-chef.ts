import { type ProvisionContext, StepError } from "@kiln/sdk";
import { type ElevatedOptions, isMissing, runProgram } from "@kiln/sdk/guest";

/** Runs `chef-solo` or `chef-client`. */
export async function runChef(
  program: string,
  command: string,
  config: ElevatedOptions,
  ctx: ProvisionContext,
): Promise<void> {
  ctx.ui.message(`Executing Chef: ${command}`);
  const end = await runProgram(command, config, ctx);
  if (end.exit === 0) return;
  if (end.exit === "disconnected")
    throw new StepError("Error executing Chef: the connection was lost", { code: "chef/disconnected" });
  const failure = `Error executing Chef: Non-zero exit status: ${end.exit}`;
  if (isMissing(program, end))
    throw new StepError(`${failure}. The machine has no ${program}: leave out skip_install, or install Chef before.`, {
      code: "chef/missing",
    });
  throw new StepError(failure, { code: "chef/exit-code" });
}
