import { CancelledError } from "@kiln/sdk";

/** What Ctrl-C and SIGTERM mean, in steps. */
export interface Interrupts extends Disposable {
  /** Aborted by the first signal: no new work, cleanup begins. */
  readonly first: AbortSignal;
  /** Aborted by the second: cleanup is cut short. */
  readonly second: AbortSignal;
  /** Aborted by the third, or when the second was some seconds ago: what has not ended by then is not waited for. */
  readonly last: AbortSignal;
  /** Ends this process by the signal that came last. `process.exit` would wait for a thread that the system holds on to. */
  raise(): void;
}

/** Longer than processes that are ended get to go by themselves. */
const patienceMs = 5_000;
/** For saying what is left. */
const lastWordsMs = 3_000;

const words = { SIGINT: "interrupt", SIGTERM: "terminated", SIGHUP: "hangup" } as const;

/** Takes over the process's interrupt signals until disposed. `onSignal` is told the word Packer uses: `interrupt`, `terminated`. */
export function processInterrupts(onSignal: (word: string, count: number) => void): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  const last = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let count = 0;
  let received: NodeJS.Signals = "SIGINT";
  const stop = (): void => {
    for (const timer of timers) clearTimeout(timer);
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
  const raise = (): void => {
    // Nobody listens any more: the system does what the signal means.
    stop();
    process.kill(process.pid, received);
  };
  const giveUp = (reason: CancelledError): void => {
    if (last.signal.aborted) return;
    timers.push(setTimeout(raise, lastWordsMs));
    last.abort(reason);
  };
  const handlers = Object.entries(words).map(([name, word]) => {
    const signal = name as keyof typeof words;
    const handler = (): void => {
      count++;
      received = signal;
      onSignal(word, count);
      const code = signal === "SIGINT" ? "cancelled/interrupt" : "cancelled/terminate";
      const again = new CancelledError(code, `${word} again`);
      if (count === 1) first.abort(new CancelledError(code, word));
      else if (count === 2) {
        timers.push(setTimeout(() => giveUp(again), patienceMs));
        second.abort(again);
      } else giveUp(again);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return {
    first: first.signal,
    second: second.signal,
    last: last.signal,
    raise,
    [Symbol.dispose]: stop,
  };
}
