import type { Terminal } from "@kiln/host-node";
import type { EngineEvent } from "@kiln/sdk";

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** The last line of a watched terminal: what moves right now. It is taken away before anything else is written. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #running = new Map<string, string>();
  #shown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  observe(event: EngineEvent): void {
    if (!this.#terminal.watched || event.type !== "progress") return;
    const key = `${event.build} ${event.label}`;
    if (event.ended) this.#running.delete(key);
    else this.#running.set(key, `    ${event.build}: ${event.label} ${this.#amount(event.done, event.total)}`);
    this.#draw();
  }

  /** Writes text above the line. */
  write(text: string): void {
    if (text === "") return;
    this.#erase();
    this.#terminal.write(text);
    this.#draw();
  }

  end(): void {
    this.#running.clear();
    this.#erase();
  }

  #amount(done: number, total: number | undefined): string {
    if (total === undefined || total === 0) return size(done);
    return `${Math.floor((done / total) * 100)}% (${size(done)} of ${size(total)})`;
  }
  #erase(): void {
    if (this.#shown) this.#terminal.write("\r\u001b[2K");
    this.#shown = false;
  }
  #draw(): void {
    this.#erase();
    const latest = [...this.#running.values()].at(-1);
    if (latest === undefined) return;
    this.#terminal.write(latest.slice(0, Math.max(20, this.#terminal.columns - 1)));
    this.#shown = true;
  }
}
