import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { Account } from "./accounts.ts";
import { enterAs } from "./enter.ts";
import type { Pipe, PipePool } from "./pipe-pool.ts";

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
  const [input, output, errors] = await Promise.all([pool.toCommand(), pool.fromCommand(), pool.fromCommand()]);
  const [tool = "", ...rest] = [
    ...enterAs(order.machineProcess, order.account, order.workingDirectory),
    ...order.program,
  ];
  const process = spawn(tool, rest, {
    env: order.environment,
    // A group of its own, so that a client's signal reaches the whole command.
    detached: true,
    stdio: [input.inner, output.inner, errors.inner],
  });
  for (const pipe of [input, output, errors]) closeSync(pipe.inner);
  // A command that stops reading before its input ends is its own affair, as it is for sshd.
  input.outer.on("error", () => undefined);
  return { process, input: input.outer, output: quiet(output), errors: quiet(errors) };
}

function quiet(pipe: Pipe): Readable {
  pipe.outer.on("error", () => undefined);
  return pipe.outer;
}

/** Sends a signal to the command and what it started; nothing when it has ended. */
export function signalCommand(command: RunningCommand, signal: NodeJS.Signals): void {
  const { pid, exitCode, signalCode } = command.process;
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended between the check and the signal.
  }
}
