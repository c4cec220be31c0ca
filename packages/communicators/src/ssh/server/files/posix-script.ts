import type { Communicator, ExecOptions, OutputChunk } from "@kiln/sdk";
import { quoted } from "../../transfer/quote.ts";
import { type Attributes, FileRefusal } from "./machine-files.ts";

const longestComplaint = 8 * 1024;

/** Runs scripts of POSIX `sh` on a machine, whatever shell the account has, and tells their refusals apart. */
export class ScriptRunner {
  readonly #communicator: Communicator;
  readonly #signal: AbortSignal;

  constructor(communicator: Communicator, signal: AbortSignal) {
    this.#communicator = communicator;
    this.#signal = signal;
  }

  /** What a script prints. Rejects with `FileRefusal`. */
  async text(script: string): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    await this.run(script, {
      onOutput: (bytes) => {
        text += decoder.decode(bytes, { stream: true });
      },
    });
    return text + decoder.decode();
  }

  /** Resolves when the script has ended well; rejects with `FileRefusal`. */
  async run(
    script: string,
    options: {
      readonly onOutput?: (bytes: Uint8Array) => void;
      readonly room?: ExecOptions["room"];
      readonly onComplaint?: (soFar: string) => void;
      readonly stdin?: ExecOptions["stdin"];
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<void> {
    const decoder = new TextDecoder();
    let complaint = "";
    const onOutput = ({ stream, bytes }: OutputChunk): void => {
      if (stream === "stdout") return options.onOutput?.(bytes);
      if (complaint.length < longestComplaint) complaint += decoder.decode(bytes, { stream: true });
      options.onComplaint?.(complaint);
    };
    const { stdin, signal, room } = options;
    const { exit } = await this.#communicator.exec(`/bin/sh -c ${quoted(`export LC_ALL=C\n${script}`)}`, {
      signal: signal ? AbortSignal.any([signal, this.#signal]) : this.#signal,
      pty: false,
      onOutput,
      ...(stdin && { stdin }),
      ...(room && { room }),
    });
    if (exit === "disconnected") throw new FileRefusal("lost", "the connection to the machine was lost");
    if (exit !== 0) throw refusalOf(complaint, exit);
  }
}

function refusalOf(complaint: string, exit: number): FileRefusal {
  const line = complaint.trim().split("\n").at(-1)?.trim() ?? "";
  const words = line === "" ? `the machine's shell ended with exit code ${exit}` : line;
  if (/no such file|nonexistent|not found$/i.test(line)) return new FileRefusal("missing", words);
  if (/permission denied|operation not permitted/i.test(line)) return new FileRefusal("denied", words);
  return new FileRefusal("other", words);
}

/** Flags of `stat` that print what `readAttributes` reads: GNU and busybox know `-c`, BSD and macOS `-f`. */
export const statFlags = { gnu: "-c '%f %s %u %g %X %Y %n'", bsd: "-f '%Xp %z %u %g %a %m %N'" } as const;

const pattern = /^([0-9a-f]+) (\d+) (\d+) (\d+) (-?\d+) (-?\d+) (.*)$/is;

/** One line of `stat`; undefined for anything else. */
export function readAttributes(line: string): { readonly path: string; readonly attributes: Attributes } | undefined {
  const match = pattern.exec(line);
  if (!match) return undefined;
  const [, mode = "", size, uid, gid, accessed, modified, path = ""] = match;
  const time = (text: string | undefined): number => Math.max(0, Number(text));
  return {
    path,
    attributes: {
      size: Number(size),
      owner: { uid: Number(uid), gid: Number(gid) },
      mode: Number.parseInt(mode, 16),
      times: { accessed: time(accessed), modified: time(modified) },
    },
  };
}
