import { Buffer } from "node:buffer";
import { quoted } from "../../transfer/quote.ts";
import { type FileReader, FileRefusal } from "./machine-files.ts";
import { PieceQueue } from "./piece-queue.ts";
import { readAttributes, type ScriptRunner } from "./posix-script.ts";

/** Bytes read ahead of the client. */
const mostAhead = 4 * 1024 * 1024;

/** Starts to read a file: what it is comes first in the same stream, then its bytes from `from` on. */
export async function readFile(run: ScriptRunner, stat: string, path: string, from: number): Promise<FileReader> {
  const word = quoted(path);
  const stop = new AbortController();
  const pieces = new PieceQueue(mostAhead);
  let head = "";
  let trouble: unknown;
  const ended = run
    .run(
      `[ -d ${word} ] && { echo 'Is a directory' >&2; exit 1; }\nstat -L ${stat} ${word} && ${from > 0 ? `tail -c +${from + 1}` : "cat"} <${word}`,
      { signal: stop.signal, onOutput: (bytes) => take(bytes), room: () => pieces.room() },
    )
    .catch((error: unknown) => {
      trouble = error;
    })
    .finally(() => {
      pieces.end();
      begun();
    });
  let begun = (): void => {};
  const beginning = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let inHead = true;
  const take = (bytes: Uint8Array): void => {
    if (!inHead) return pieces.add(bytes);
    // The path is repeated at the end of the line, and may itself hold line ends.
    const end = Buffer.from(`${path}\n`);
    const seen = Buffer.concat([Buffer.from(head, "latin1"), bytes]);
    const at = seen.indexOf(end);
    if (at < 0) {
      head = seen.toString("latin1");
      return;
    }
    head = seen.subarray(0, at + end.length - 1).toString("utf8");
    inHead = false;
    begun();
    pieces.add(seen.subarray(at + end.length));
  };
  await beginning;
  const attributes = inHead ? undefined : readAttributes(head)?.attributes;
  if (!attributes) {
    stop.abort();
    await ended;
    throw trouble ?? new FileRefusal("other", `${path}: the machine's stat says nothing that is understood`);
  }
  return {
    attributes,
    next: async () => {
      const piece = await pieces.next();
      if (!piece && trouble !== undefined) throw trouble;
      return piece;
    },
    close: () => {
      pieces.end();
      stop.abort(new FileRefusal("other", "closed"));
    },
  };
}
