import type { ConnectAccess } from "@kiln/sdk";
import { ConnectError } from "@kiln/sdk";
import type { SshSettings } from "../settings.ts";
import type { Address } from "./address.ts";
import { Patience } from "./patience.ts";
import { failureReport, timeoutReport } from "./report.ts";

/** One try; `onBanner` tells that an SSH server has answered. */
export type Attempt<T> = (
  signal: AbortSignal,
  dialTimeout: number,
  on: { readonly address: (address: Address) => void; readonly banner: () => void },
) => Promise<T>;

/** After this long without a banner another attempt starts beside the first: forwarders accept before the machine is up. */
const silence = 2000;
const mostAtOnce = 4;

interface Running<T> {
  readonly stop: AbortController;
  spoke: boolean;
  address: Address | undefined;
  readonly outcome: Promise<{ readonly from: Running<T>; readonly value?: T; readonly error?: unknown }>;
}

/**
 * Tries until an attempt succeeds, the time is over or too many logins were refused (only those count). Attempts that meet silence are
 * left waiting while others start; the first to succeed ends them. Rejects with `ConnectError`, or the signal's reason.
 */
export async function reach<T>(settings: SshSettings, access: ConnectAccess, attempt: Attempt<T>): Promise<T> {
  const { clock } = access.host;
  const begun = clock.monotonic();
  const patience = new Patience();
  const running = new Set<Running<T>>();
  const over = new AbortController();
  const work = AbortSignal.any([access.signal, over.signal]);
  let attempts = 0;
  let last: { error: unknown; address: Address | undefined } | undefined;

  const start = (): Running<T> => {
    attempts++;
    const stop = new AbortController();
    const on = {
      address: (address: Address) => {
        one.address = address;
      },
      banner: () => {
        one.spoke = true;
      },
    };
    const trying = attempt(AbortSignal.any([work, stop.signal]), patience.dialTimeout(attempts), on);
    const one: Running<T> = {
      stop,
      spoke: false,
      address: undefined,
      outcome: trying.then(
        (value) => ({ from: one, value }),
        (error: unknown) => ({ from: one, error }),
      ),
    };
    running.add(one);
    return one;
  };
  const failure = () => ({
    error: last?.error ?? new ConnectError("connect/failed", "resolve", "no attempt came to an end"),
    address: last?.address ?? [...running].find(({ address }) => address)?.address,
    attempts,
    waited: clock.monotonic() - begun,
    settings,
  });
  const pause = (ms: number): Promise<undefined> => clock.sleep(ms, work).then(() => undefined);
  const left = (): number =>
    settings.timeout === undefined ? Infinity : settings.timeout - (clock.monotonic() - begun);
  const deadline =
    settings.timeout === undefined ? new Promise<never>(() => {}) : pause(settings.timeout).then(() => "late" as const);
  deadline.catch(() => {}); // aborted with everything else

  try {
    let next: Promise<undefined> | undefined;
    start();
    for (;;) {
      const quiet = [...running].every(({ spoke }) => !spoke) && running.size < mostAtOnce;
      const wake = next ?? (quiet ? pause(silence) : new Promise<never>(() => {}));
      wake.catch(() => {});
      const event = await Promise.race([...[...running].map(({ outcome }) => outcome), wake, deadline]);
      access.signal.throwIfAborted();
      if (event === "late" || left() <= 0) {
        throw timeoutReport(failure());
      }
      if (event === undefined) {
        next = undefined;
        const busy = [...running].some(({ spoke }) => spoke);
        if (!busy && running.size < mostAtOnce) start();
        continue;
      }
      running.delete(event.from);
      if (!("error" in event)) return event.value as T;
      last = { error: event.error, address: event.from.address };
      if (!mendable(event.error)) throw failureReport(failure());
      const delay = patience.after(event.error);
      if (settings.attempts !== undefined && patience.refusals >= settings.attempts) throw failureReport(failure());
      next ??= pause(delay);
    }
  } finally {
    over.abort();
    for (const { outcome } of running) void outcome.then(discard);
  }
}

/** Whether waiting may help. What lies on this side of the wire does not mend itself. */
function mendable(error: unknown): boolean {
  return !(error instanceof LocalProblem);
}

/** A failure for which there is no use in trying again: a key that cannot be read, a port that is taken. */
export class LocalProblem extends ConnectError {
  static {
    this.prototype.name = "LocalProblem";
  }
}

/** A connection that came too late is closed. */
function discard(outcome: { readonly value?: unknown }): void {
  const value = outcome.value;
  if (typeof value === "object" && value !== null && Symbol.asyncDispose in value) {
    void (value as AsyncDisposable)[Symbol.asyncDispose]();
  }
}
