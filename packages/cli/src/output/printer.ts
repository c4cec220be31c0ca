import { diagnosticsText, jsonLinesView, type LineOf, machineRecord } from "@kiln/engine";
import { type Diagnostic, messageOf } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { wantsColor } from "./colors.ts";

/**
 * What commands say outside a build: plain text, or `ui` records under `-machine-readable`. Everything goes to standard output, errors
 * too: scripts that read Packer's output expect it there.
 */
export class Printer {
  readonly #io: Io;
  readonly #color: boolean;
  readonly #events: boolean;

  /** With `events`, diagnostics are JSON Lines of the event stream. */
  constructor(io: Io, options: { readonly color: boolean; readonly events?: boolean } = { color: false }) {
    this.#io = io;
    this.#events = options.events ?? false;
    this.#color = wantsColor(io, options.color);
  }

  /** One message, line end added. */
  say(text: string): void {
    this.#emit("say", text);
  }
  error(text: string): void {
    this.#emit("error", text);
  }
  /** A record of its own category; nothing in plain output. */
  record(target: string, category: string, ...args: readonly string[]): void {
    if (!this.#io.machineReadable) return;
    this.#io.terminal.write(machineRecord(this.#io.host.clock.now().toISOString(), target, category, ...args));
  }
  /** Text as it is, line ends included; nothing under `-machine-readable`. */
  raw(text: string): void {
    if (!this.#io.machineReadable) this.#io.terminal.write(text);
  }

  /** Prints diagnostics; true where there was an error among them. */
  diagnostics(diagnostics: readonly Diagnostic[], lineOf: LineOf): boolean {
    const failed = diagnostics.some((d) => d.severity === "error");
    if (this.#events) {
      const view = jsonLinesView();
      const at = this.#io.host.clock.now().toISOString();
      const { runUuid: run, terminal } = this.#io;
      for (const diagnostic of diagnostics) terminal.write(view({ at, run, type: "diagnostic", diagnostic }));
      return failed;
    }
    if (diagnostics.length > 0) {
      const text = diagnosticsText(diagnostics, lineOf);
      this.#emit(failed ? "error" : "say", text.replace(/\n$/, ""));
    }
    return failed;
  }

  #emit(level: "say" | "error", text: string): void {
    if (this.#io.machineReadable) {
      this.#io.terminal.write(machineRecord(this.#io.host.clock.now().toISOString(), "", "ui", level, text));
      return;
    }
    const painted = level === "error" && this.#color ? `\u001b[1;31m${text}\u001b[0m` : text;
    this.#io.terminal.write(`${painted}\n`);
  }
}

/** One line for a failure that nobody foresaw: what went wrong, never a stack. */
export function unforeseen(error: unknown): string {
  return `Error: ${messageOf(error)}`;
}
