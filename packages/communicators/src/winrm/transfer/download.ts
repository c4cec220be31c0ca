import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { TransferError, type TransferOptions } from "@kiln/sdk";
import type { ScpRecord } from "../../ssh/transfer/scp-download.ts";
import { asTransfer, Lost } from "../client/errors.ts";
import { longestCommand, powershellCommand } from "../scripts/command.ts";
import { sendScript } from "../scripts/send.ts";
import { Lines, type Record, readLine } from "./lines.ts";
import type { Machine } from "./transfers.ts";

/** The bytes of one file. Throws at the end where they are not those that the machine has. */
export async function* download(machine: Machine, path: string, options: TransferOptions): AsyncGenerator<Buffer> {
  let hash = createHash("sha1");
  for await (const record of sent(machine, path, "file", options.signal)) {
    if (record.is === "file") hash = createHash("sha1");
    if (record.is === "bytes") {
      hash.update(record.bytes);
      options.onProgress?.(record.bytes.length);
      yield record.bytes;
    }
    if (record.is === "end") agree(hash.digest("hex"), record.sha1, path);
  }
}

/** A directory of the machine, in the form in which scp would send it: under its own name. */
export async function* records(machine: Machine, path: string, options: TransferOptions): AsyncGenerator<ScpRecord> {
  const source = sent(machine, path, "directory", options.signal);
  const at: string[] = [];
  const name =
    path
      .replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .at(-1) ?? "";
  try {
    // Before the machine has said anything, not even the directory is made here.
    let next = await source.next();
    yield { is: "directory", name: checked(name), mode: 0o755 };
    for (; !next.done; next = await source.next()) {
      const record = next.value;
      if (record.is !== "file" && record.is !== "directory") continue;
      const names = record.path.split("/").map(checked);
      const above = names.slice(0, -1);
      while (at.length > 0 && !(at.length <= above.length && at.every((one, i) => one === above[i]))) {
        at.pop();
        yield { is: "up" };
      }
      for (const missing of above.slice(at.length)) {
        at.push(missing);
        yield { is: "directory", name: missing, mode: 0o755 };
      }
      const own = names.at(-1) ?? "";
      if (record.is === "directory") {
        at.push(own);
        yield { is: "directory", name: own, mode: 0o755 };
      } else {
        yield {
          is: "file",
          name: own,
          mode: 0o644,
          size: record.size,
          bytes: () => fileBytes(source, record.path, options),
        };
      }
    }
  } finally {
    await source.return(undefined);
  }
}

async function* fileBytes(
  source: AsyncGenerator<Record>,
  path: string,
  options: TransferOptions,
): AsyncGenerator<Buffer> {
  const hash = createHash("sha1");
  for (let next = await source.next(); !next.done; next = await source.next()) {
    const record = next.value;
    if (record.is === "end") return agree(hash.digest("hex"), record.sha1, path);
    if (record.is !== "bytes") break;
    hash.update(record.bytes);
    options.onProgress?.(record.bytes.length);
    yield record.bytes;
  }
  throw new TransferError("transfer/refused", `${path} did not come to its end`);
}

function agree(got: string, said: string, path: string): void {
  if (got === said) return;
  throw new TransferError(
    "transfer/refused",
    `${path} was damaged on the way: it has SHA-1 ${said}, and ${got} arrived`,
  );
}

/** A name of the machine's that is about to become one of ours. */
function checked(name: string): string {
  if (name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name)) return name;
  throw new TransferError("transfer/local", `a file with the name ${JSON.stringify(name)} cannot be written here`);
}

/** Runs the script and gives what it writes. Ends only where it has said that this was all. */
async function* sent(
  machine: Machine,
  path: string,
  want: "file" | "directory",
  signal: AbortSignal,
): AsyncGenerator<Record> {
  signal.throwIfAborted();
  const command = powershellCommand(sendScript(path, want));
  if (command.length > longestCommand) {
    throw new TransferError("transfer/refused", `${path} is too long a path for this machine`);
  }
  const pipe = new Handover<Record>();
  const stop = new AbortController();
  const work = AbortSignal.any([signal, stop.signal]);
  const running = machine
    .withCommand(command, { stdin: false, signal: work }, async (one) => {
      const lines = new Lines();
      const noise: string[] = [];
      let ok = false;
      for await (const event of one.events(work)) {
        if (event.stream === "exit") {
          if (event.exit === "disconnected")
            throw new Lost(`the connection was lost before the transfer had ended: ${event.cause}`, true);
          if (!ok) throw new TransferError("transfer/refused", complaint(noise));
        } else if (event.stream === "stdout") {
          for (const line of lines.write(event.bytes)) {
            const record = readLine(line);
            if (record?.is === "error") throw new TransferError("transfer/refused", record.message);
            if (record?.is === "ok") ok = true;
            if (record) await pipe.give(record, work);
            else if (line !== "") noise.push(line);
          }
        } else noise.push(new TextDecoder().decode(event.bytes).trim());
      }
    })
    .then(
      () => pipe.end(),
      (error: unknown) => pipe.end({ error: signal.aborted ? signal.reason : asTransfer(error) }),
    );
  try {
    yield* pipe.taken();
  } finally {
    stop.abort();
    await running;
  }
}

function complaint(noise: readonly string[]): string {
  const said = noise.join("\n").slice(0, 500);
  return `the machine could not run the script that reads files${said === "" ? "" : `: ${said}`}`;
}

/** Passes values from one side to the other, a few in advance: who gives waits for who takes. */
class Handover<T> {
  readonly #held: T[] = [];
  #over: { readonly error?: unknown } | undefined;
  #wakeTaker = (): void => {};
  #wakeGiver = (): void => {};

  async give(value: T, signal: AbortSignal): Promise<void> {
    this.#held.push(value);
    this.#wakeTaker();
    while (this.#held.length > 16) {
      signal.throwIfAborted();
      const over = new AbortController();
      await new Promise<void>((resolve) => {
        this.#wakeGiver = resolve;
        signal.addEventListener("abort", () => resolve(), { signal: over.signal });
      });
      over.abort();
    }
  }

  end(over: { readonly error?: unknown } = {}): void {
    this.#over = over;
    this.#wakeTaker();
  }

  async *taken(): AsyncGenerator<T> {
    for (;;) {
      const value = this.#held.shift();
      if (value !== undefined) {
        this.#wakeGiver();
        yield value;
      } else if (this.#over) {
        if ("error" in this.#over) throw this.#over.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeTaker = resolve;
        });
      }
    }
  }
}
