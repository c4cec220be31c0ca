import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";

/** EC2's console output is the last 64 KiB; so is this. */
const most = 64 * 1024;

/**
 * A machine's console: a named pipe that its first process, its user data and its `/dev/console` write to, and of which the
 * last part is kept. A pipe and no file, because shells open consoles with truncation.
 */
export class ConsoleText {
  /** For children's standard output and error. */
  readonly writable: number;
  private readonly reader: Socket;
  private text = "";

  constructor(pipe: string) {
    // Both ways, so that it never ends while writers come and go.
    const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    this.writable = openSync(pipe, constants.O_WRONLY);
    this.reader = new Socket({ fd, readable: true, writable: false });
    this.reader.setEncoding("utf8");
    this.reader.on("data", (text: string) => this.add(text));
    this.reader.on("error", () => undefined);
    this.reader.unref();
  }

  /** Everything kept. */
  read(): string {
    return this.text;
  }

  /** A line of the cloud's own. */
  say(line: string): void {
    this.add(`${line}\n`);
  }

  /** Forgets what was before this boot. */
  clear(): void {
    this.text = "";
  }

  close(): void {
    this.reader.destroy();
    closeSync(this.writable);
  }

  private add(text: string): void {
    this.text = (this.text + text).slice(-most);
  }
}
