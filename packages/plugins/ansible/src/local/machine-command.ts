import { type ProvisionContext, StepError, showOutput } from "@kiln/sdk";

/** Runs a command on the machine, its output shown. Rejects unless it ends well; `program` is what exit code 127 says is missing. */
export async function runCommand(
  ctx: ProvisionContext,
  command: string,
  failure: { readonly start: string; readonly program?: string },
): Promise<void> {
  const { communicator } = ctx.machine;
  const output = showOutput(ctx.ui);
  const { exit } = await communicator.exec(command, { signal: ctx.signal, onOutput: output.onOutput });
  output.end();
  if (exit === 0) return;
  const why =
    exit === "disconnected"
      ? "the connection to the machine was lost"
      : exit === 127 && failure.program !== undefined
        ? `${failure.program} could not be found. Verify that it is available on the\nPATH after connecting to the machine.`
        : `Non-zero exit status: ${exit}`;
  throw new StepError(`${failure.start}: ${why}`, { code: exit === 127 ? "ansible/no-ansible" : "ansible/failed" });
}

/** Any text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
