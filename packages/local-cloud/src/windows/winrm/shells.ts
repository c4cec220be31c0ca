import { randomUUID } from "node:crypto";
import type { StreamPiece } from "@kiln/communicators";
import { cmdLine } from "../cmd/cmd.ts";
import { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { FedInput, type Output } from "../system/streams.ts";
import type { Variables } from "../system/variables.ts";
import { absolutePath, PathError } from "../system/windows-path.ts";
import type { WindowsSystem } from "../system/windows-system.ts";

/** ERROR_NOT_SUPPORTED: how a command ends that the stand-in does not know. */
export const refusedExitCode = 50;
/** STATUS_CONTROL_C_EXIT */
const interruptedExitCode = -1073741510;
/** Output that waits for nobody is enough at this. */
const mostWaiting = 64 * 1024 * 1024;

export interface ShellOptions {
  readonly user: string;
  readonly page: number;
  readonly directory: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** A command of a shell: what it has said and nobody fetched, and how it ended. */
export class ShellCommand {
  readonly id = randomUUID().toUpperCase();
  readonly input = new FedInput();
  exitCode: number | undefined;
  private readonly abort = new AbortController();
  private readonly waiting: { readonly name: string; bytes: Uint8Array }[] = [];
  private held = 0;
  private wake: (() => void)[] = [];

  get signal(): AbortSignal {
    return this.abort.signal;
  }
  get isOver(): boolean {
    return this.exitCode !== undefined;
  }
  output(name: string): Output {
    return {
      write: (bytes) => {
        if (bytes.length === 0) return;
        this.held += bytes.length;
        if (this.held > mostWaiting) {
          this.abort.abort(new Error("nobody fetches the output"));
          return;
        }
        this.waiting.push({ name, bytes: Uint8Array.from(bytes) });
        this.notify();
      },
    };
  }
  end(code: number): void {
    this.exitCode = code | 0;
    this.notify();
  }
  terminate(): void {
    this.input.end();
    this.abort.abort(new Error("the command was ended"));
  }
  /** Up to so many bytes of output, as soon as there is something to say, or nothing when the time is over. */
  async fetch(most: number, timeoutMs: number, signal: AbortSignal): Promise<readonly StreamPiece[]> {
    if (this.waiting.length === 0 && !this.isOver) await this.something(timeoutMs, signal);
    // What comes at once comes together.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const pieces: StreamPiece[] = [];
    let room = most;
    while (room > 0) {
      const first = this.waiting[0];
      if (!first) break;
      const bytes = first.bytes.subarray(0, room);
      if (bytes.length === first.bytes.length) this.waiting.shift();
      else first.bytes = first.bytes.subarray(bytes.length);
      room -= bytes.length;
      this.held -= bytes.length;
      const last = pieces.at(-1);
      if (last?.name === first.name) pieces[pieces.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, bytes]) };
      else pieces.push({ name: first.name, commandId: this.id, bytes });
    }
    return pieces;
  }
  get isDrained(): boolean {
    return this.isOver && this.waiting.length === 0;
  }

  private notify(): void {
    const wake = this.wake;
    this.wake = [];
    for (const one of wake) one();
  }
  private async something(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener("abort", done, { once: true });
      this.wake.push(done);
    });
  }
}

/** A remote shell: an environment and a directory in which commands run. */
export class Shell {
  readonly id = randomUUID().toUpperCase();
  readonly user: string;
  readonly commands = new Map<string, ShellCommand>();
  private readonly system: WindowsSystem;
  private readonly options: ShellOptions;
  private readonly environment: Variables;

  constructor(system: WindowsSystem, options: ShellOptions) {
    this.system = system;
    this.user = options.user;
    this.options = options;
    this.environment = system.environmentOf(options.user);
    system.prepareProfile(options.user);
    for (const [name, value] of Object.entries(options.environment)) this.environment.set(name, value);
  }

  /** Starts a command line. Its own changes to the environment end with it. */
  start(line: string): ShellCommand {
    const command = new ShellCommand();
    this.commands.set(command.id, command);
    const process = new WindowsProcess({
      system: this.system,
      user: this.user,
      environment: this.environment.copy(),
      directory: this.directory(),
      input: command.input,
      output: command.output("stdout"),
      errors: command.output("stderr"),
      page: this.options.page,
      signal: command.signal,
    });
    void this.run(process, line, command);
    return command;
  }
  remove(): void {
    for (const command of this.commands.values()) command.terminate();
    this.commands.clear();
  }

  private directory(): string {
    const home = this.system.profileOf(this.user);
    if (this.options.directory === undefined) return home;
    try {
      const wanted = absolutePath(this.environment.expand(this.options.directory), home);
      return this.system.drive.facts(wanted)?.isFolder ? wanted : home;
    } catch (error) {
      if (error instanceof PathError) return home;
      throw error;
    }
  }

  private async run(process: WindowsProcess, line: string, command: ShellCommand): Promise<void> {
    try {
      command.end(await cmdLine(process, line));
    } catch (error) {
      if (error instanceof Refusal) {
        process.errorLine(error.message);
        this.system.say(`${error.message}: ${line.slice(0, 200)}`);
        command.end(refusedExitCode);
      } else if (command.signal.aborted) command.end(interruptedExitCode);
      else {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.system.say(`A defect of the stand-in: ${text}`);
        process.errorLine(`a defect of this stand-in: ${error instanceof Error ? error.message : String(error)}`);
        command.end(refusedExitCode);
      }
    }
  }
}
