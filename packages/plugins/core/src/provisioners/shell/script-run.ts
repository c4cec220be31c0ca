import { type Communicator, type OutputChunk, StepError } from "@kiln/sdk";

/** One script to bring to the machine, run, and remove. */
export interface ScriptRun {
  /** Its bytes as they shall arrive; read again for every try. */
  readonly content: () => AsyncIterable<Uint8Array>;
  readonly size: number;
  readonly remotePath: string;
  readonly envFile?: { readonly path: string; readonly content: Uint8Array };
  readonly command: string;
  /** Exit codes after which the script is removed from the machine; none leaves it there. */
  readonly cleanAfter: readonly number[];
  /** The environment file goes with the script. */
  readonly removeEnvFile: boolean;
}

/** How a script that was started ended. */
export interface ScriptEnd {
  readonly exit: number | "disconnected";
  /** Script, and environment file where that was asked for, are gone from the machine already. */
  readonly cleaned: boolean;
}

export interface MachineAccess {
  readonly communicator: Communicator;
  readonly signal: AbortSignal;
  readonly onOutput: (chunk: OutputChunk) => void;
}

/** The script could not be brought to the machine or started: worth another try. */
export class StartError extends StepError {
  static {
    this.prototype.name = "StartError";
  }
}

/** The machine has no such directory, or lets nobody write there: minutes of trying would not change that. */
export function unreachablePath(what: string, why: string, cause?: unknown): StepError {
  return new StepError(
    `Error uploading ${what}: ${why}. Trying again would not help: set remote_folder or remote_path to a directory of the machine that its user may write to.`,
    { code: "transfer/refused", cause },
  );
}
