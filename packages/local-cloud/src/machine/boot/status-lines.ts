import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";

/** Lines that a program reports its progress with, awaited one after the other. */
export class StatusLines {
  private readonly lines: Interface;
  private readonly seen: string[] = [];
  private waiting: ((line: string | undefined) => void) | undefined;
  private ended = false;

  constructor(from: Readable) {
    from.on("error", () => undefined);
    this.lines = createInterface({ input: from });
    this.lines.on("line", (line) => this.arrive(line));
    this.lines.on("close", () => {
      this.ended = true;
      this.waiting?.(undefined);
    });
  }

  /** The next line; undefined when the program has ended. Throws the signal's reason. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    const ready = this.seen.shift();
    if (ready !== undefined || this.ended) return ready;
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      signal.addEventListener("abort", abort, { once: true });
      this.waiting = (line) => {
        this.waiting = undefined;
        signal.removeEventListener("abort", abort);
        resolve(line);
      };
    });
  }

  private arrive(line: string): void {
    if (this.waiting) this.waiting(line);
    else this.seen.push(line);
  }
}
