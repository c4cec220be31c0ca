import { messageOf, type ProvisionContext, StepError } from "@kiln/sdk";
import type { Config } from "./config.ts";

/** Waits for somebody to press enter. Wording: Packer's. */
export async function provision({ note, disable }: Config, ctx: ProvisionContext): Promise<void> {
  const { ui, signal } = ctx;
  const about = note ? ` with note "${note}"` : "";
  if (disable) {
    ui.say(`Breakpoint provisioner${about} disabled; continuing...`);
    return;
  }
  ui.say(`Pausing at breakpoint provisioner${about}.`);
  try {
    await ui.ask("Press enter to continue.", signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new StepError(`Error asking for input: ${messageOf(error)}`, { code: "breakpoint/no-answer", cause: error });
  }
}
