import { CancelledError } from "@kiln/sdk";

/** What Ctrl-C and SIGTERM mean, in two steps. */
export interface Interrupts extends Disposable {
  /** Aborted by the first signal: no new work, cleanup begins. */
  readonly first: AbortSignal;
  /** Aborted by the second: cleanup is cut short. */
  readonly second: AbortSignal;
}

const words = { SIGINT: "interrupt", SIGTERM: "terminated", SIGHUP: "hangup" } as const;

/** Takes over the process's interrupt signals until disposed. `onSignal` is told the word Packer uses: `interrupt`, `terminated`. */
export function processInterrupts(onSignal: (word: string, count: number) => void): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  let count = 0;
  const handlers = Object.entries(words).map(([signal, word]) => {
    const handler = (): void => {
      count++;
      onSignal(word, count);
      const code = signal === "SIGINT" ? "cancelled/interrupt" : "cancelled/terminate";
      if (count === 1) first.abort(new CancelledError(code, word));
      else second.abort(new CancelledError(code, `${word} again`));
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return {
    first: first.signal,
    second: second.signal,
    [Symbol.dispose]: () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
