import { Buffer } from "node:buffer";
import { ConnectError, messageOf, TransferError } from "@kiln/sdk";
import { Lost, Refusal } from "../client/errors.ts";
import { type Running, startCommand } from "../client/running.ts";
import type { Service } from "../client/service.ts";
import { feed } from "../client/stdin.ts";
import { longestCommand, powershellCommand } from "../scripts/command.ts";
import { receiveScript } from "../scripts/receive.ts";
import { Lines, readLine } from "./lines.ts";
import type { Machine } from "./transfers.ts";

/** One upload: the lines that `receiveScript` reads, and how they get there. */
export class Upload {
  readonly #service: Service;
  readonly #machine: Machine;
  readonly #id: string;
  readonly #command: string;
  /** Bytes of a file in a line that is sent as a command. */
  readonly lineBytes = 5700;

  constructor(service: Service, machine: Machine, remotePath: string, id: string) {
    this.#service = service;
    this.#machine = machine;
    this.#id = id;
    this.#command = powershellCommand(receiveScript(remotePath, id));
    if (this.#command.length + 64 > longestCommand) {
      throw new TransferError("transfer/refused", `${remotePath} is too long a path for this machine`);
    }
  }

  /**
   * Through standard input, in messages as long as the service takes. `refused` where it takes none: unless that is `proven` already, the
   * first line goes alone, and nothing of the source has been read then.
   */
  async throughStdin(
    lines: AsyncGenerator<Uint8Array>,
    proven: boolean,
    signal: AbortSignal,
  ): Promise<"done" | { readonly refused: string }> {
    return this.#machine.withCommand(this.#command, { stdin: true, signal }, async (running) => {
      if (!proven) {
        const first = await lines.next();
        try {
          await running.send(first.value ?? Buffer.alloc(0), false, signal);
        } catch (error) {
          // An answer of HTTP's own is a refusal, too: there are services that know no Send at all.
          if (error instanceof ConnectError && error.stage !== "http") throw error;
          signal.throwIfAborted();
          await running.terminate(AbortSignal.timeout(lastTime)).catch(() => {});
          await lines.return(undefined);
          return { refused: messageOf(error) };
        }
      }
      let sent = proven ? 0 : 1;
      const counted = count(lines, () => void sent++);
      const stop = new AbortController();
      const work = AbortSignal.any([signal, stop.signal]);
      const ending = takenLines(running, work);
      const ended = ending.then(
        () => true,
        () => true,
      );
      try {
        const failed = await Promise.race([
          feed(running, counted, this.#service, work).then(
            () => undefined,
            (error: unknown) => ({ error }),
          ),
          ended.then(() => undefined),
        ]);
        // The script's own word comes first: it says why it takes no more.
        if (failed && !(failed.error instanceof Refusal)) throw failed.error;
        const taken = await ending;
        if (taken !== sent) throw new TransferError("transfer/refused", `only ${taken} of ${sent} lines arrived`);
        return "done";
      } catch (error) {
        stop.abort();
        await letGo(running);
        throw error;
      } finally {
        stop.abort();
      }
    });
  }

  /** Each line as a command of its own that appends it to a file, from which the script reads then. */
  async throughCommands(lines: AsyncGenerator<Uint8Array>, signal: AbortSignal): Promise<void> {
    const spool = `"%TEMP%\\${this.#id}.txt"`;
    await this.#machine.withShell(signal, async (shellId) => {
      const start = (command: string): Promise<Running> =>
        startCommand(this.#service, shellId, command, { stdin: false, signal });
      let sent = 0;
      try {
        for await (const line of lines) {
          // Without the line end, which echo makes. The redirection stands first: a digit before it would be the number of a stream.
          const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("latin1").slice(0, -2);
          await outputOf(await start(`>>${spool} echo ${text}`), signal);
          sent++;
        }
        const taken = await takenLines(await start(`${this.#command} < ${spool}`), signal);
        if (taken !== sent) throw new TransferError("transfer/refused", `only ${taken} of ${sent} lines arrived`);
      } finally {
        await start(`del ${spool}`)
          .then((running) => outputOf(running, signal))
          .catch(() => {});
      }
    });
  }
}

/** How long the last words to a command may take. Milliseconds. */
const lastTime = 5000;

/** The end of its input before its file is whole: the script removes what it has written, and ends. */
async function letGo(running: Running): Promise<void> {
  const signal = AbortSignal.timeout(lastTime);
  try {
    await running.send(Buffer.alloc(0), true, signal);
    await outputOf(running, signal);
  } catch {
    // Gone already, or it cannot be reached.
  }
}

async function* count(lines: AsyncGenerator<Uint8Array>, tell: () => void): AsyncGenerator<Uint8Array> {
  for await (const line of lines) {
    tell();
    yield line;
  }
}

/** The number of lines that the script has taken. Rejects with what it says, or `Lost`. */
async function takenLines(running: Running, signal: AbortSignal): Promise<number> {
  const { stdout, stderr } = await outputOf(running, signal);
  const cutter = new Lines();
  for (const line of [...cutter.write(Buffer.from(stdout)), cutter.end()]) {
    const record = readLine(line);
    if (record?.is === "ok") return Number(record.value);
    if (record?.is === "error") throw new TransferError("transfer/refused", record.message);
  }
  const said = (stderr.trim() || stdout.trim()).slice(0, 500);
  const why = said === "" ? "" : `: ${said}`;
  throw new TransferError("transfer/refused", `the machine could not run the script that writes files${why}`);
}

/** All that a short command writes. Rejects with `Lost` where its end is not known. */
async function outputOf(
  running: Running,
  signal: AbortSignal,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const text = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  for await (const event of running.events(signal)) {
    if (event.stream !== "exit") text[event.stream] += decoders[event.stream].decode(event.bytes, { stream: true });
    else if (event.exit === "disconnected") {
      throw new Lost(`the connection was lost before the transfer had ended: ${event.cause}`, true);
    }
  }
  return text;
}
