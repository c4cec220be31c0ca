import type { Communicator, ProvisionContext } from "@kiln/sdk";

/** What the waiting needs. */
export type Waiting = Pick<ProvisionContext, "host" | "machine" | "ui" | "signal">;

/** A command's end, with what it printed. */
export interface Answer {
  readonly exit: number | "disconnected";
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command whose output is for us. */
export async function ask(communicator: Communicator, command: string, signal: AbortSignal): Promise<Answer> {
  const text = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const { exit } = await communicator.exec(command, {
    signal,
    onOutput: ({ stream, bytes }) => {
      text[stream] += decoders[stream].decode(bytes, { stream: true });
    },
  });
  return { exit, ...text };
}

/** Shows what a command printed, as if it had been shown while it ran. */
export function show({ stdout, stderr }: Answer, ui: Waiting["ui"]): void {
  for (const line of linesOf(stdout)) ui.message(line);
  for (const line of linesOf(stderr)) ui.error(line);
}

export function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}

/** `it does not answer`, or `exit code 1: the last line it printed`. */
export function describeAnswer({ exit, stdout, stderr }: Answer): string {
  if (exit === "disconnected") return "it does not answer";
  const last = linesOf(stderr).at(-1) ?? linesOf(stdout).at(-1);
  return `exit code ${exit}${last ? `: ${last}` : ""}`;
}
