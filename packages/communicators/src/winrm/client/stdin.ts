import { Buffer } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "./running.ts";
import { leastEnvelopeSize, type Service } from "./service.ts";

/** What an envelope has around the bytes of a stream, with room to spare. */
const around = 4096;
/** How long more bytes may be waited for before those at hand are sent. Milliseconds. */
const gathering = 10;

/** How many bytes of standard input one message may carry. */
export function sendSize(service: Service): number {
  return Math.floor((Math.max(service.envelopeSize, leastEnvelopeSize) - around) / 4) * 3;
}

/**
 * Sends everything, in messages as long as the service takes, and the end of it; what is there while the source pauses is sent at once.
 * Rejects as `Running.send` does, as the source does, or with the signal's reason.
 */
export async function feed(
  running: Running,
  from: AsyncIterable<Uint8Array>,
  service: Service,
  signal: AbortSignal,
): Promise<void> {
  const size = sendSize(service);
  const source = from[Symbol.asyncIterator]();
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: over.signal });
  });
  aborted.catch(() => {});
  let held: Buffer[] = [];
  let length = 0;
  const take = (): Buffer => {
    const bytes = Buffer.concat(held);
    held = [];
    length = 0;
    return bytes;
  };
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = source.next();
      if (length > 0 && (await slow(Promise.race([next, aborted])))) await running.send(take(), false, signal);
      const { done, value } = await Promise.race([next, aborted]);
      if (done) break;
      let rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      while (length + rest.length >= size) {
        const cut = size - length;
        held.push(rest.subarray(0, cut));
        rest = rest.subarray(cut);
        await running.send(take(), false, signal);
      }
      // The source may use its memory again.
      if (rest.length > 0) held.push(Buffer.from(rest));
      length += rest.length;
    }
    ended = true;
    await running.send(take(), true, signal);
  } finally {
    over.abort();
    if (!ended) void source.return?.()?.catch(() => {});
  }
}

/** Whether nothing has come after a moment. */
async function slow(next: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const pause = sleep(gathering, true, { signal: over.signal }).catch(() => true);
  const first = await Promise.race([next.then(() => false), pause]);
  over.abort();
  return first;
}
