import type { Terminal } from "@kiln/host-node";
import type { Clock, EngineEvent } from "@kiln/sdk";
import { byteWords } from "./byte-words.ts";

function amount(done: number, total: number | undefined): string {
  if (total === undefined || total === 0) return byteWords(done);
  return `${Math.floor((done / total) * 100)}% (${byteWords(done)} of ${byteWords(total)})`;
}

/** A build that said `… to become available...` and nothing since is waiting. */
interface Wait {
  readonly text: string;
  readonly sinceMs: number;
}

/**
 * The last line of a watched terminal: the transfer that moves right now, else what a build waits for and since when. It is taken away
 * before anything else is written, and never shown in a pipe.
 */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #transfers = new Map<string, string>();
  readonly #waits = new Map<string, Wait>();
  readonly #stop = new AbortController();
  #shown = false;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
    if (terminal.watched) void this.#tick();
  }

  observe(event: EngineEvent): void {
    if (!this.#terminal.watched) return;
    if (event.type === "progress") {
      const key = `${event.build} ${event.label}`;
      if (event.ended) this.#transfers.delete(key);
      else this.#transfers.set(key, `    ${event.build}: ${event.label} ${amount(event.done, event.total)}`);
    } else if (event.type === "line" && event.build !== undefined) {
      if (event.level === "say" && event.text.endsWith("...")) {
        this.#waits.set(event.build, { text: event.text, sinceMs: this.#clock.monotonic() });
      } else this.#waits.delete(event.build);
    } else if (event.type === "build-ended") this.#waits.delete(event.build);
    else return;
    this.#draw();
  }

  /** Writes text above the line. */
  write(text: string): void {
    if (text === "") return;
    this.#erase();
    this.#terminal.write(text);
    this.#draw();
  }

  /** Takes the line away until something moves again: before a question. */
  pause(): void {
    this.#transfers.clear();
    this.#waits.clear();
    this.#erase();
  }

  end(): void {
    this.#stop.abort();
    this.pause();
  }

  async #tick(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#clock.sleep(1000, this.#stop.signal).catch(() => {});
      this.#draw();
    }
  }

  #text(): string | undefined {
    const moving = [...this.#transfers.values()].at(-1);
    if (moving !== undefined) return moving;
    const [build, wait] = [...this.#waits].at(-1) ?? [];
    const seconds = wait ? Math.floor((this.#clock.monotonic() - wait.sinceMs) / 1000) : 0;
    // What is over at once needs no clock.
    return wait && seconds >= 2 ? `    ${build}: ${wait.text} ${seconds} s` : undefined;
  }
  #erase(): void {
    if (this.#shown) this.#terminal.write("\r\u001b[2K");
    this.#shown = false;
  }
  #draw(): void {
    const text = this.#stop.signal.aborted ? undefined : this.#text();
    this.#erase();
    if (text === undefined) return;
    this.#terminal.write(text.slice(0, Math.max(20, this.#terminal.columns - 1)));
    this.#shown = true;
  }
}
