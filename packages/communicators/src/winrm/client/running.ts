import { Buffer } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import type { OutputChunk } from "@kiln/sdk";
import { ConnectError, messageOf } from "@kiln/sdk";
import { wsmanFaultCode } from "../protocol/fault.ts";
import { signalCode } from "../protocol/names.ts";
import { longestCommand } from "../scripts/command.ts";
import { ClixmlDecoder } from "./clixml.ts";
import { BadAnswer, CommandTooLong, Lost, Overdue, Refusal } from "./errors.ts";
import type { Service } from "./service.ts";

/** What a command's output loop gives: pieces of output, and the end. */
export type Event = OutputChunk | Ended;
/** The end of a command; where it is not known, why. */
export type Ended = { readonly stream: "exit" } & (
  | { readonly exit: number }
  | { readonly exit: "disconnected"; readonly cause: string }
);

/** UTF-8, and the user's profile as in Packer: PowerShell profiles and variables of the user count. */
const shellOptions = { WINRS_NOPROFILE: "FALSE", WINRS_CODEPAGE: "65001" };
/** How long to wait for room when the user has too many shells open. Milliseconds. */
const shellPatience = [250, 500, 1000, 2000, 4000, 8000];
/** After the connection broke in the middle of a command: how long to try to take up its output again. Milliseconds. */
const resumePatience = [0, 250, 500, 1000, 2000, 4000, 8000];

/** A shell of the service. Every command gets one of its own, so that it sees the variables that the commands before it have set. */
export async function openShell(service: Service, signal: AbortSignal): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await service.call(
        { is: "create", inputStreams: ["stdin"], outputStreams: ["stdout", "stderr"] },
        { signal, options: shellOptions, repeatable: true },
      );
      if (response.is === "create") return response.shellId;
      throw new ConnectError(
        "connect/failed",
        "shell",
        `the service answered a request for a shell with ${response.is}`,
      );
    } catch (error) {
      const pause = shellPatience[attempt];
      if (pause === undefined || !isCrowded(error)) throw error;
      await sleep(pause, undefined, { signal });
    }
  }
}

function isCrowded(error: unknown): boolean {
  if (!(error instanceof Refusal)) return false;
  const { quotaShells, quotaOperations } = wsmanFaultCode;
  return error.fault.wsmanCode === quotaShells || error.fault.wsmanCode === quotaOperations;
}

/**
 * Starts a command in a shell. Rejects with `Refusal`, `Lost` or `ConnectError`. `stdin` asks for a pipe instead of a console, as programs
 * that read from it need.
 */
export async function startCommand(
  service: Service,
  shellId: string,
  command: string,
  options: { readonly stdin: boolean; readonly signal: AbortSignal },
): Promise<Running> {
  if (Buffer.byteLength(command) > service.envelopeSize) {
    throw new CommandTooLong(tooLong(command, service));
  }
  const response = await service.call(
    { is: "command", command, arguments: [] },
    {
      signal: options.signal,
      shellId,
      options: { WINRS_CONSOLEMODE_STDIN: options.stdin ? "FALSE" : "TRUE", WINRS_SKIP_CMD_SHELL: "FALSE" },
    },
  );
  if (response.is !== "command") throw new Lost(`the service answered a command with ${response.is}`, true);
  return new Running(service, shellId, response.commandId);
}

function tooLong(command: string, { envelopeSize }: Service): string {
  if (command.length > longestCommand)
    return `The command line is too long: it has ${command.length} characters, and cmd.exe takes ${longestCommand}. Put it into a script.`;
  return `The WinRM service takes no message longer than its MaxEnvelopeSizekb, which is ${envelopeSize / 1024}, and the command line alone has ${Buffer.byteLength(command)} bytes. Raise it with winrm set winrm/config @{MaxEnvelopeSizekb="500"}.`;
}

/** A command that was started. */
export class Running {
  readonly #service: Service;
  readonly #shellId: string;
  readonly #commandId: string;

  constructor(service: Service, shellId: string, commandId: string) {
    this.#service = service;
    this.#shellId = shellId;
    this.#commandId = commandId;
  }

  /**
   * All of the output, and then the end. A connection that breaks is made again, and the output goes on where it was; `disconnected` where
   * the service has forgotten the command, or cannot be reached any more. Rejects only with the signal's reason.
   */
  async *events(signal: AbortSignal): AsyncGenerator<Event> {
    const stderr = new ClixmlDecoder();
    const shown = (text: string): Event[] => (text === "" ? [] : [{ stream: "stderr", bytes: Buffer.from(text) }]);
    let failures = 0;
    let hung = 0;
    let cause: string;
    for (;;) {
      let response: Awaited<ReturnType<Service["call"]>>;
      try {
        response = await this.#receive(signal);
        failures = 0;
        hung = 0;
      } catch (error) {
        signal.throwIfAborted();
        if (isQuiet(error)) {
          failures = 0;
          hung = 0;
          continue;
        }
        cause = messageOf(error);
        // A service that hangs or answers nonsense is asked once more, not for as long as one that restarts.
        const overdue = error instanceof Overdue || error instanceof BadAnswer;
        if (overdue && hung++ > 0) break;
        const pause = overdue ? 0 : resumePatience[failures++];
        if (pause === undefined || !isPassing(error)) break;
        await sleep(pause, undefined, { signal }).catch(() => {});
        signal.throwIfAborted();
        continue;
      }
      if (response.is !== "receive") {
        cause = `the service answered a request for output with ${response.is}`;
        break;
      }
      for (const { name, bytes } of response.streams) {
        if (bytes.length === 0) continue;
        if (name === "stderr") yield* shown(stderr.write(bytes));
        else yield { stream: "stdout", bytes };
      }
      if (response.state?.is === "done") {
        yield* shown(stderr.end());
        const { exitCode } = response.state;
        yield exitCode === undefined
          ? {
              stream: "exit",
              exit: "disconnected",
              cause: "the service told the end of the command without its exit code",
            }
          : { stream: "exit", exit: exitCode };
        return;
      }
    }
    yield* shown(stderr.end());
    yield { stream: "exit", exit: "disconnected", cause };
  }

  /** Rejects with `Refusal`, `Lost` or `ConnectError`. */
  async send(bytes: Uint8Array, end: boolean, signal: AbortSignal): Promise<void> {
    await this.#service.call(
      { is: "send", streams: [{ name: "stdin", commandId: this.#commandId, bytes, ...(end && { end }) }] },
      { signal, shellId: this.#shellId },
    );
  }

  /** Tells the command to end. */
  async terminate(signal: AbortSignal): Promise<void> {
    await this.#service.call(
      { is: "signal", commandId: this.#commandId, code: signalCode.terminate },
      { signal, shellId: this.#shellId, repeatable: true },
    );
  }

  #receive(signal: AbortSignal): ReturnType<Service["call"]> {
    return this.#service.call(
      { is: "receive", commandId: this.#commandId, streams: ["stdout", "stderr"] },
      { signal, shellId: this.#shellId },
    );
  }
}

export async function closeShell(service: Service, shellId: string, signal: AbortSignal): Promise<void> {
  await service.call({ is: "delete" }, { signal, shellId, repeatable: true });
}

/** Nothing happened within OperationTimeout. */
function isQuiet(error: unknown): boolean {
  return error instanceof Refusal && error.fault.wsmanCode === wsmanFaultCode.operationTimeout;
}

/** The line broke, or there is none just now; the command may well go on. */
function isPassing(error: unknown): boolean {
  if (error instanceof Lost) return true;
  return error instanceof ConnectError && error.stage !== "authentication" && error.stage !== "shell";
}
