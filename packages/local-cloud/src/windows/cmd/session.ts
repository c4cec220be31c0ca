import { FileError } from "../system/drive.ts";
import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { Collected, type Input, nowhere, type Output } from "../system/streams.ts";
import { absolutePath, PathError } from "../system/windows-path.ts";
import { runBuiltIn } from "./built-ins.ts";
import { echoed, isSilent } from "./echoed.ts";
import { CmdExit } from "./exits.ts";
import { type BatchArguments, expandDelayed, expandPercent } from "./expand.ts";
import { forItems, loopText } from "./for-loop.ts";
import { conditionHolds } from "./if-condition.ts";
import { type CmdRedirection, CmdSyntaxError, type Command, parseLine } from "./parse.ts";

/** A cmd.exe at work: its variables of loops, its error level, and the batch file that it reads. */
export class CmdSession {
  process: WindowsProcess;
  level = 0;
  /** `echo on` */
  echoes = true;
  delayed = false;
  batch: BatchArguments | undefined;
  /** Runs a batch file, or a label of the one that runs; set by what reads files. */
  callBatch: (path: string, args: string) => Promise<number> = async () => 1;
  callLabel: (label: string, args: string) => Promise<number> = async () => {
    throw new CmdSyntaxError("Invalid attempt to call batch label outside of batch script.");
  };
  readonly loops = new Map<string, string>();
  readonly saved: { environment: WindowsProcess["environment"]; directory: string; delayed: boolean }[] = [];

  constructor(process: WindowsProcess) {
    this.process = process;
  }

  /** Runs one logical line. */
  async line(text: string): Promise<void> {
    const command = this.read(text);
    if (command) await this.run(command);
  }

  /** Runs a line of a batch file, echoed where echo is on. */
  async batchLine(text: string): Promise<void> {
    const command = this.read(text);
    if (!command) return;
    this.echo(command);
    await this.run(command);
  }

  private echo(command: Command): void {
    if (!this.echoes || isSilent(command)) return;
    this.process.line();
    this.process.line(`${this.process.directory}>${loopText(echoed(command), this.loops, this.process)}`);
  }

  private read(text: string): Command | undefined {
    return this.parsed(expandPercent(text, this.process, this.level, this.batch));
  }

  private parsed(text: string): Command | undefined {
    try {
      return parseLine(text);
    } catch (error) {
      if (!(error instanceof CmdSyntaxError)) throw error;
      this.process.errorLine(error.message);
      // A batch file ends where it cannot be read.
      throw new CmdExit(255, this.batch !== undefined);
    }
  }

  async run(command: Command): Promise<void> {
    this.process.signal.throwIfAborted();
    switch (command.kind) {
      case "then":
        await this.run(command.left);
        return this.run(command.right);
      case "and":
        await this.run(command.left);
        if (this.level === 0) await this.run(command.right);
        return;
      case "or":
        await this.run(command.left);
        if (this.level !== 0) await this.run(command.right);
        return;
      case "pipe":
        return this.pipe(command.left, command.right);
      case "block":
        return this.redirected(command.redirections, async () => {
          for (const one of command.body) await this.run(one);
        });
      case "if": {
        const holds = conditionHolds(this.textOf(command.test), this);
        if (holds) return this.run(command.yes);
        if (command.no) await this.run(command.no);
        return;
      }
      case "for": {
        const items = await forItems(
          { ...command, set: this.textOf(command.set), options: this.textOf(command.options) },
          this,
        );
        for (const values of items) {
          this.process.signal.throwIfAborted();
          for (const [name, value] of values) this.loops.set(name, value);
          this.echo(command.body);
          await this.run(command.body);
        }
        for (const values of items.slice(0, 1)) for (const [name] of values) this.loops.delete(name);
        return;
      }
      case "simple":
        return this.redirected(command.redirections, () => this.simple(this.textOf(command.text)));
      default:
        return command satisfies never;
    }
  }

  /** A text as it is when it is its turn: variables of loops, and delayed ones. */
  textOf(text: string): string {
    const looped = loopText(text, this.loops, this.process);
    return this.delayed ? expandDelayed(looped, this.process, this.level) : looped;
  }

  private async pipe(left: Command, right: Command): Promise<void> {
    const kept = new Collected();
    const own = this.process;
    // Each side is a cmd of its own: what they set is not seen here.
    this.process = own.child({ output: kept });
    await this.isolated(left, own);
    let sent = false;
    const input: Input = {
      read: async () => {
        if (sent) return undefined;
        sent = true;
        const bytes = kept.bytes();
        return bytes.length === 0 ? undefined : bytes;
      },
    };
    this.process = own.child({ input });
    await this.isolated(right, own);
  }

  private async isolated(command: Command, own: WindowsProcess): Promise<void> {
    try {
      await this.run(command);
    } catch (exit) {
      if (!(exit instanceof CmdExit)) throw exit;
      this.level = exit.code;
    } finally {
      this.process = own;
    }
  }

  private async redirected(redirections: readonly CmdRedirection[], act: () => Promise<void>): Promise<void> {
    if (redirections.length === 0) return this.guarded(act);
    const own = this.process;
    try {
      let { input, output, errors } = own;
      for (const { from, to } of redirections) {
        if ("stream" in to) {
          const target = to.stream === 1 ? output : to.stream === 2 ? errors : nowhere;
          if (from === 2) errors = target;
          else output = target;
          continue;
        }
        const file = this.textOf(to.file);
        if (to.how === "read") {
          input = this.reading(file);
          continue;
        }
        const target = this.writing(file, to.how === "append");
        if (from === 2) errors = target;
        else if (from === 1) output = target;
      }
      const child = own.child({ environment: own.environment, input, output, errors });
      this.process = child;
      await this.guarded(act);
      own.directory = child.directory;
    } catch (error) {
      if (!(error instanceof FileError || error instanceof PathError)) throw error;
      own.errorLine(fileMessage(error));
      this.level = 1;
    } finally {
      this.process = own;
    }
  }

  /** Built-in commands say what is wrong with a file, and go on. */
  private async guarded(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof FileError || error instanceof PathError)) throw error;
      this.process.errorLine(fileMessage(error));
      this.level = 1;
    }
  }

  private reading(file: string): Input {
    if (/^nul:?$/i.test(file)) return { read: async () => undefined };
    const bytes = this.process.system.drive.read(absolutePath(file, this.process.directory));
    let sent = false;
    return {
      read: async () => {
        if (sent || bytes.length === 0) return undefined;
        sent = true;
        return bytes;
      },
    };
  }

  private writing(file: string, append: boolean): Output {
    if (/^nul:?$/i.test(file)) return nowhere;
    const path = absolutePath(file, this.process.directory);
    const { drive } = this.process.system;
    if (!append || !drive.facts(path)) drive.write(path, new Uint8Array());
    return { write: (bytes) => drive.append(path, bytes) };
  }

  /** A command by its name: built in, a program, a batch file. */
  async simple(text: string): Promise<void> {
    // No blank of cmd: the mark at the start of a UTF-8 file, which becomes a part of the first command.
    const trimmed = text.replace(/^(?:(?!\ufeff)[\s,;=])+/, "");
    if (trimmed === "") return;
    if (await runBuiltIn(this, trimmed)) return;
    const match = /^("[^"]*"[^\s]*|(?:\ufeff|[^\s,;=])+)([\s\S]*)$/.exec(trimmed);
    const name = (match?.[1] ?? "").replaceAll('"', "");
    await this.external(name, (match?.[2] ?? "").trimStart());
  }

  async external(name: string, args: string): Promise<void> {
    const { process } = this;
    const executable = process.system.launcher.find(process, name, true);
    if (!executable || executable.kind === "powershell") {
      if (executable) throw new Refusal(`opening ${name} (scripts run with powershell -File)`);
      const { mayExist } = await import("../powershell/cmdlets/known-elsewhere.ts");
      if (mayExist(name) && !name.includes("-")) throw new Refusal(`the command "${name}"`);
      process.errorLine(`'${name}' is not recognized as an internal or external command,`);
      process.errorLine("operable program or batch file.");
      // 9009 in a batch file; a command line that ends so ends with 1.
      this.level = this.batch ? 9009 : 1;
      return;
    }
    if (executable.kind === "batch") {
      this.level = await this.callBatch(executable.path, args);
      // A batch file that another one starts without `call` never comes back.
      if (this.batch) throw new CmdExit(this.level, true);
      return;
    }
    const child = process.child({ environment: process.environment.copy() });
    this.level = (await process.system.launcher.run(child, executable, args)) | 0;
  }
}

export function fileMessage(error: FileError | PathError): string {
  switch (error.code) {
    case "characters":
      return "The filename, directory name, or volume label syntax is incorrect.";
    case "drive":
    case "share":
      return "The system cannot find the drive specified.";
    case "no-file":
      return "The system cannot find the file specified.";
    case "no-folder":
      return "The system cannot find the path specified.";
    case "exists":
      return "A subdirectory or file already exists.";
    case "denied":
      return "Access is denied.";
    case "not-empty":
      return "The directory is not empty.";
    default:
      return error satisfies never;
  }
}
