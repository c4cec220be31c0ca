import {
  codeOf,
  type ExecResult,
  goDuration,
  messageOf,
  type ProvisionContext,
  StepError,
  showOutput,
  TransferError,
} from "@kiln/sdk";
import { checkExitCode } from "./exit-codes.ts";
import { retryFor } from "./retry.ts";

/** A file for the machine. */
export interface WindowsUpload {
  readonly path: string;
  readonly size: number;
  /** Its bytes; asked for again at every try. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

export interface WindowsRun {
  /** Brings what is needed to the machine; the result is the command to run. Tried again when the machine was not to be reached. */
  readonly send: () => Promise<string>;
  /** How long to try, in milliseconds. */
  readonly startRetryTimeout: number;
}

/** What Packer gives as exit code of a command whose connection was lost; templates list them in valid_exit_codes. */
const lostConnectionCodes: Readonly<Record<string, number>> = { winrm: 16001 };
const otherLostConnectionCode = 2300218;

/** Sends and runs, and shows what is printed. Trying again ends when the command has been started. */
export async function runOnWindows(run: WindowsRun, ctx: ProvisionContext): Promise<ExecResult> {
  const { host, signal, machine, ui } = ctx;
  const output = showOutput(ui);
  let told = "";
  const onRetry = (error: unknown): void => {
    const text = messageOf(error);
    if (text !== told) ui.error(`${text}; trying for up to ${goDuration(run.startRetryTimeout)}`);
    told = text;
  };
  const isFinal = (error: unknown): boolean => codeOf(error) === "transfer/unsupported";
  try {
    return await retryFor(run.startRetryTimeout, { clock: host.clock, signal, isFinal, onRetry }, async () => {
      const command = await run.send();
      const ended = await machine.communicator.exec(command, { signal, onOutput: output.onOutput });
      if (ended.neverStarted)
        throw new StepError(`The script could not be started: ${ended.cause ?? "the connection was lost"}`, {
          code: "script/never-started",
        });
      return ended;
    });
  } finally {
    output.end();
  }
}

/** Uploads one file; says what it was when that fails. */
export async function uploadToWindows(
  { path, size, content }: WindowsUpload,
  what: string,
  { machine, signal }: Pick<ProvisionContext, "machine" | "signal">,
): Promise<void> {
  try {
    await machine.communicator.upload(content(), path, { signal, size });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TransferError && error.code === "transfer/unsupported") throw error;
    throw new StepError(`Error uploading ${what}: ${messageOf(error)}`, {
      code: codeOf(error) ?? "transfer/refused",
      cause: error,
    });
  }
}

/** Refuses an exit code that is not among the valid ones, and a lost connection that the template does not allow. */
export function checkWindowsExit(
  { exit, cause }: ExecResult,
  valid: readonly number[],
  { machine }: Pick<ProvisionContext, "machine">,
): void {
  if (exit !== "disconnected") {
    checkExitCode(exit, valid);
    return;
  }
  const code = lostConnectionCodes[machine.communicator.kind] ?? otherLostConnectionCode;
  if (valid.includes(code)) return;
  throw new StepError(
    `Script disconnected unexpectedly${cause === undefined ? "" : ` (${cause.replace(/\.$/, "")})`}. If the script is meant to end the connection, for example by a restart, add ${code} to valid_exit_codes, or use the windows-restart provisioner.`,
    { code: "script/disconnected" },
  );
}

/** Bytes in memory as what an upload wants. */
export function uploadOf(path: string, bytes: Uint8Array): WindowsUpload {
  return {
    path,
    size: bytes.length,
    async *content() {
      yield bytes;
    },
  };
}
