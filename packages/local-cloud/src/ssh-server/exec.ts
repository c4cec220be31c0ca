import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { Account } from "./accounts.ts";
import { enterAs } from "./enter.ts";
import type { PipePool, ThreePipes } from "./pipe-pool.ts";

/** A command that runs in a machine, with its streams. A terminal has no stream for errors. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
}

/** A program and its arguments, to run in a machine as a user. */
export interface CommandOrder {
  readonly machineProcess: number;
  readonly account: Account;
  /** Inside the machine; must exist. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly program: readonly string[];
}

/** Starts a command as sshd does without a terminal: three pipes, a session of its own. Resolves once it has been started. */
export async function startCommand(order: CommandOrder, pool: PipePool): Promise<RunningCommand> {
  const program = [...enterAs(order.machineProcess, order.account, order.workingDirectory), ...order.program];
  return startOnPipes(program, order.environment, await pool.three(order.account));
}

/** Starts a program of this host with these pipes as its standard streams. */
export function startOnPipes(
  program: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  { input, output, errors }: ThreePipes,
): RunningCommand {
  const [tool = "", ...rest] = program;
  // A group of its own, so that a client's signal reaches the whole command.
  const process = spawn(tool, rest, {
    env: environment,
    detached: true,
    stdio: [input.inner, output.inner, errors.inner],
  });
  for (const { inner } of [input, output, errors]) closeSync(inner);
  return { process, input: input.outer, output: output.outer, errors: errors.outer };
}

/** Sends a signal to the command and what it started; nothing when it has ended. */
export function signalCommand(command: RunningCommand, signal: NodeJS.Signals): void {
  const { pid } = command.process;
  if (pid === undefined || hasEnded(command)) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended between the check and the signal.
  }
}

/** Whether the process itself has ended; its streams may still hold something. */
export function hasEnded({ process: { exitCode, signalCode } }: RunningCommand): boolean {
  return exitCode !== null || signalCode !== null;
}
