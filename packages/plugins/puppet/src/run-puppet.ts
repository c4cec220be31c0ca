import { type ProvisionContext, StepError } from "@kiln/sdk";
import { isMissing, runProgram } from "@kiln/sdk/guest";
import type { PuppetConfig } from "./options.ts";

/** With `--detailed-exitcodes` 2 means that Puppet changed something. */
const success: readonly number[] = [0, 2];
const meanings: Readonly<Record<number, string>> = {
  1: "the run failed or was not attempted, for example because the manifest has an error",
  4: "resources failed",
  6: "some resources were changed and some failed",
};

/** Runs Puppet and judges its exit code. */
export async function runPuppet(command: string, config: PuppetConfig, ctx: ProvisionContext): Promise<void> {
  ctx.ui.message(`Running Puppet: ${command}`);
  const end = await runProgram(command, config, ctx);
  if (end.exit === "disconnected")
    throw new StepError("The connection was lost while Puppet ran.", { code: "puppet/disconnected" });
  if (success.includes(end.exit) || config.ignore_exit_codes) return;
  const failure = `Puppet exited with a non-zero exit status: ${end.exit}`;
  if (isMissing("puppet", end))
    throw new StepError(
      `${failure}. The machine has no puppet${config.puppet_bin_dir ? ` in ${config.puppet_bin_dir}` : " in its PATH"}: ` +
        "install it in an earlier provisioner, or set puppet_bin_dir.",
      { code: "puppet/missing" },
    );
  const meaning = meanings[end.exit];
  // The agent writes to the machine's log unless told otherwise.
  const silent =
    end.lastLines.length > 0 ? "" : ". Puppet printed nothing: add --logdest=console to extra_arguments to see why";
  throw new StepError((meaning ? `${failure} (${meaning})` : failure) + silent, { code: "puppet/exit-code" });
}
