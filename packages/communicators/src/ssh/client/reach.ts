import type { ConnectAccess } from "@kiln/sdk";
import { ConnectError } from "@kiln/sdk";
import type { SshSettings } from "../settings.ts";
import { type Address, where } from "./address.ts";
import { Patience } from "./patience.ts";
import { failureReport, stageOf, timeoutReport } from "./report.ts";

/** One try; `onBanner` tells that an SSH server has answered. */
export type Attempt<T> = (signal: AbortSignal, dialTimeout: number, on: Progress) => Promise<T>;

/** How an attempt tells how far it is. */
export interface Progress {
  readonly address: (address: Address) => void;
  /** The connection stands; the server has not spoken yet. */
  readonly dialled: () => void;
  readonly banner: () => void;
}

/**
 * After this long without a banner another attempt starts beside the others: forwarders accept before the machine is up, and what
 * they took then reaches the machine late or never (QEMU's user network repeats a lost packet after 6, 12, 24 s).
 */
const silence = 1000;
/** The first waits as long as it may, for servers that are slow to speak; of the others the oldest makes room for a new one. */
const mostAtOnce = 6;
/**
 * A login that takes longer than this does not keep others from trying: a connection that a forwarder took long before the machine was
 * up may bring a banner and then nothing more.
 */
const speech = 5000;

interface Running<T> {
  readonly stop: AbortController;
  /** When the server sent its banner, by the monotonic clock; before all time where it has not. */
  spokeAt: number;
  at: "resolve" | "tcp" | "banner" | "authentication";
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
        one.at = "tcp";
      },
      dialled: () => {
        one.at = "banner";
      },
      banner: () => {
        one.spokeAt = clock.monotonic();
        one.at = "authentication";
      },
    };
    const trying = attempt(AbortSignal.any([work, stop.signal]), patience.dialTimeout(attempts), on);
    const one: Running<T> = {
      stop,
      spokeAt: Number.NEGATIVE_INFINITY,
      at: "resolve",
      address: undefined,
      outcome: trying.then(
        (value) => ({ from: one, value }),
        (error: unknown) => ({ from: one, error }),
      ),
    };
    running.add(one);
    return one;
  };
  const abandon = (one: Running<T> | undefined): void => {
    if (!one) return;
    running.delete(one);
    one.stop.abort();
    void one.outcome.then(discard);
  };
  const failure = () => {
    const furthest = [...running].sort((a, b) => unfinished.indexOf(b.at) - unfinished.indexOf(a.at))[0];
    // At the same stage, what is known says more than what was still awaited.
    const ended = last && furthest && rank(last.error) >= unfinished.indexOf(furthest.at) ? last : undefined;
    const { error, address } =
      ended ?? (furthest && { error: stillAt(furthest), address: furthest.address }) ?? last ?? {};
    return { error, address, attempts, waited: clock.monotonic() - begun, settings };
  };
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
      const wake = next ?? pause(silence);
      wake.catch(() => {});
      const event = await Promise.race([...[...running].map(({ outcome }) => outcome), wake, deadline]);
      access.signal.throwIfAborted();
      if (event === "late" || left() <= 0) {
        throw timeoutReport(failure());
      }
      if (event === undefined) {
        next = undefined;
        const [, ...others] = running;
        if ([...running].some(({ spokeAt }) => spokeAt > clock.monotonic() - speech)) continue;
        if (running.size >= mostAtOnce) abandon(others.find(({ spokeAt }) => spokeAt < 0) ?? others[0]);
        start();
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

const unfinished: readonly ConnectError["stage"][] = ["resolve", "tcp", "banner", "authentication"];

/** Where an ended attempt stands among the unfinished ones; what came further than all of them is last. */
function rank(error: unknown): number {
  const at = unfinished.indexOf(stageOf(error));
  return at < 0 ? unfinished.length : at;
}

/** What an attempt was waiting for when the time was over. */
function stillAt({ at, address }: Pick<Running<unknown>, "at" | "address">): ConnectError {
  const place = address ? where(address) : "the machine";
  const texts = {
    resolve: "the address is not known yet",
    tcp: `${place} did not answer`,
    banner: `${place} accepted the connection but sent no SSH banner`,
    authentication: `the login at ${place} did not come to an end`,
  };
  return new ConnectError("connect/failed", at, texts[at]);
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
