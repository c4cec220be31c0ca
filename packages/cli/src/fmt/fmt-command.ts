import { resolve } from "node:path";
import { formatNativeFile } from "@kiln/hcl";
import { failureText } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { bytesOf } from "../template/read-bytes.ts";
import { filesAt } from "./format-files.ts";

export interface FmtOptions {
  readonly paths: readonly string[];
  readonly check: boolean;
  readonly diff: boolean;
  readonly write: boolean;
  readonly recursive: boolean;
}

/** `fmt PATH…`: canonical format of HCL2 files. Source: core-behaviour §1.8. */
export async function fmt(io: Io, options: FmtOptions): Promise<number> {
  return new Formatting(io, options).run();
}

class Formatting {
  readonly #io: Io;
  readonly #options: FmtOptions;
  readonly #printer: Printer;
  #failed = false;
  #changed = false;

  constructor(io: Io, options: FmtOptions) {
    this.#io = io;
    this.#options = options;
    this.#printer = new Printer(io);
  }

  async run(): Promise<number> {
    for (const path of this.#options.paths) {
      if (path === "-") await this.#input();
      else await this.#path(path);
    }
    if (this.#failed) return 1;
    return this.#options.check && this.#changed ? 3 : 0;
  }

  async #input(): Promise<void> {
    const bytes = await this.#io.terminal.readAll();
    const formatted = this.#format("<stdin>", bytes);
    if (formatted === undefined) return;
    this.#changed ||= formatted.after !== formatted.before;
    this.#printer.raw(formatted.after);
  }

  async #path(path: string): Promise<void> {
    const found = await filesAt(this.#io, path, this.#options.recursive);
    if ("refusal" in found) {
      this.#refuse(path, found.refusal);
      return;
    }
    for (const file of found.files) {
      try {
        await this.#file(file);
      } catch (error) {
        this.#refuse(file, failureText(error));
      }
    }
  }

  async #file(path: string): Promise<void> {
    const formatted = this.#format(path, await bytesOf(this.#io, path));
    if (!formatted || formatted.before === formatted.after) return;
    this.#changed = true;
    const { write, check, diff } = this.#options;
    this.#printer.say(path);
    if (write && !check) await this.#io.host.files.write(resolve(this.#io.host.cwd, path), formatted.after);
    if (!diff) return;
    const { unifiedDiff } = await import("./unified-diff.ts");
    this.#printer.say(unifiedDiff(path, formatted.before, formatted.after).replace(/\n$/, ""));
  }

  /** Undefined for a file with mistakes, which have been told: formatting it could change what it means. */
  #format(path: string, bytes: Uint8Array): { readonly before: string; readonly after: string } | undefined {
    const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const { diagnostics, text } = formatNativeFile(bytes, path);
    if (diagnostics.some((d) => d.severity === "error")) {
      this.#failed = true;
      this.#printer.diagnostics(diagnostics, () => before);
      return undefined;
    }
    return { before, after: text() };
  }

  #refuse(path: string, reason: string): void {
    this.#failed = true;
    this.#printer.error(`encountered an error while formatting ${path}: ${reason}`);
  }
}
