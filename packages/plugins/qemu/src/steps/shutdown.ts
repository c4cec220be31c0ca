import { type BuildContext, type Communicator, messageOf, StepError } from "@kiln/sdk";
import type { VirtualMachine } from "../machine.ts";
import type { Settings } from "../settings.ts";

/** Brings the machine down (`stepShutdown`) and waits until QEMU is gone. */
export async function shutDown(
  ctx: BuildContext,
  settings: Settings,
  machine: VirtualMachine,
  communicator: Communicator,
): Promise<void> {
  const { ui } = ctx;
  if (settings.communicator === "none") {
    ui.say("Waiting for shutdown...");
    if (!(await endsWithin(ctx, machine, settings.shutdown_timeout))) throw failed("Failed to shutdown");
    return;
  }
  if (!settings.shutdown_command) {
    ui.say("Halting the virtual machine...");
    await machine.stop();
    return;
  }
  ui.say("Gracefully halting virtual machine...");
  const asked = ask(ctx, settings.shutdown_command, machine, communicator);
  if (await endsWithin(ctx, machine, settings.shutdown_timeout)) return;
  const answer = asked.answer();
  throw failed(`Timeout while waiting for machine to shut down.${answer ? `\n${answer}` : ""}`);
}

function failed(message: string): StepError {
  return new StepError(message, { code: "qemu/shutdown" });
}

/** Runs the command and does not wait for it: the connection goes with the machine. */
function ask(
  { signal }: BuildContext,
  command: string,
  machine: VirtualMachine,
  communicator: Communicator,
): { answer(): string } {
  const decoder = new TextDecoder();
  let said = "";
  let outcome = "";
  communicator
    .exec(command, {
      signal: AbortSignal.any([signal, machine.gone]),
      onOutput: ({ bytes }) => {
        said = (said + decoder.decode(bytes, { stream: true })).slice(-2000);
      },
    })
    .then(
      ({ exit }) => {
        outcome = exit === "disconnected" ? "the connection was lost" : `it ended with exit code ${exit}`;
      },
      (error: unknown) => {
        outcome = messageOf(error);
      },
    );
  return {
    answer: () =>
      outcome === ""
        ? "The shutdown command did not come to an end."
        : `Of the shutdown command: ${outcome}${said.trim() === "" ? "" : `\n${said.trim()}`}`,
  };
}

async function endsWithin({ host, signal }: BuildContext, machine: VirtualMachine, ms: number): Promise<boolean> {
  const over = new AbortController();
  try {
    return await Promise.race([
      machine.ended.then(() => true),
      host.clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(() => false),
    ]);
  } finally {
    over.abort();
  }
}
