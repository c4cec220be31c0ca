import { type Input, Lines, type Output } from "./streams.ts";
import { decodePage, encodePage } from "./text-encodings.ts";
import type { Variables } from "./variables.ts";
import type { WindowsSystem } from "./windows-system.ts";

/** What a running program has. */
export interface ProcessParts {
  readonly system: WindowsSystem;
  /** Whose rights it has. */
  readonly user: string;
  readonly environment: Variables;
  readonly directory: string;
  readonly input: Input;
  readonly output: Output;
  readonly errors: Output;
  /** The console's code page: 437, or 65001 where the client asked for it. */
  readonly page: number;
  readonly signal: AbortSignal;
}

/** What all programs of one window or remote shell share. */
interface Console {
  page: number;
}

/** A program that runs: its environment, place and streams. */
export class WindowsProcess {
  readonly system: WindowsSystem;
  readonly user: string;
  readonly environment: Variables;
  readonly input: Input;
  readonly output: Output;
  readonly errors: Output;
  readonly signal: AbortSignal;
  directory: string;
  readonly #console: Console;
  /** `[Net.ServicePointManager]::SecurityProtocol`, which has no effect: no other machine is reached. */
  securityProtocol = 48 | 192;
  readonly id: number;
  #lines: Lines | undefined;

  constructor(parts: ProcessParts, console: Console = { page: parts.page }) {
    this.system = parts.system;
    this.user = parts.user;
    this.environment = parts.environment;
    this.directory = parts.directory;
    this.input = parts.input;
    this.output = parts.output;
    this.errors = parts.errors;
    this.#console = console;
    this.signal = parts.signal;
    this.id = parts.system.nextProcessId();
  }

  /** A program that this one starts: a copy of its environment, its streams unless others are given. */
  child(change: Partial<ProcessParts> = {}): WindowsProcess {
    const parts: ProcessParts = {
      system: this.system,
      user: this.user,
      environment: this.environment.copy(),
      directory: this.directory,
      input: this.input,
      output: this.output,
      errors: this.errors,
      page: this.page,
      signal: this.signal,
      ...change,
    };
    return new WindowsProcess(parts, change.page === undefined ? this.#console : undefined);
  }

  /** The console's code page, which `chcp` sets for everybody. */
  get page(): number {
    return this.#console.page;
  }
  set page(page: number) {
    this.#console.page = page;
  }

  /** Standard input line by line; the same one for everybody who asks. */
  get lines(): Lines {
    this.#lines ??= new Lines(this.input, (bytes) => decodePage(bytes, this.page));
    return this.#lines;
  }

  print(text: string): void {
    if (text !== "") this.output.write(encodePage(text, this.page));
  }
  printError(text: string): void {
    if (text !== "") this.errors.write(encodePage(text, this.page));
  }
  line(text = ""): void {
    this.print(`${text}\r\n`);
  }
  errorLine(text = ""): void {
    this.printError(`${text}\r\n`);
  }
}

/** What a name on a command line stands for. */
export type Executable =
  | { readonly kind: "program"; readonly name: string; readonly path: string }
  | { readonly kind: "batch" | "powershell"; readonly path: string }
  /** An `.exe` that the stand-in has no code for. */
  | { readonly kind: "foreign"; readonly path: string };

/** Starts programs; put together where all of them are known. */
export interface Launcher {
  /** Looks a name up: as a path, in the current directory where `here`, along PATH with PATHEXT. */
  find(process: WindowsProcess, name: string, here: boolean): Executable | undefined;
  /** Runs it to its end. `args` is the rest of the command line as it stands. Throws `Refusal`. */
  run(process: WindowsProcess, executable: Executable, args: string): Promise<number>;
}
