import type { ConnectAccess } from "@kiln/sdk";
import { ConnectError } from "@kiln/sdk";
import type { WinrmSettings } from "../settings.ts";
import { Patience } from "./patience.ts";
import { type Failure, failureReport, timeoutReport } from "./report.ts";

/** One try. */
export type Attempt<T> = (signal: AbortSignal, dialTimeout: number) => Promise<T>;

/**
 * Tries until an attempt succeeds, the time is over, or there is no use in going on. Rejects with `ConnectError`, or the signal's reason.
 * `known` is what a report says about the way.
 */
export async function reach<T>(
  settings: WinrmSettings,
  access: ConnectAccess,
  known: () => Pick<Failure, "address" | "proxy"> & { readonly hanging: ConnectError | undefined },
  attempt: Attempt<T>,
): Promise<T> {
  const { clock } = access.host;
  const begun = clock.monotonic();
  const patience = new Patience();
  const over = new AbortController();
  const work = AbortSignal.any([access.signal, over.signal]);
  let attempts = 0;
  let last: unknown;
  const failure = (): Failure => {
    const { address, proxy, hanging } = known();
    // Dialling again says less than how dialling ended before.
    const further = hanging && (last === undefined || (hanging.stage !== "tcp" && rank(hanging) > rank(last)));
    const error = further ? hanging : (last ?? new Error("no answer came in time"));
    return { error, address, proxy, attempts, waited: clock.monotonic() - begun, settings };
  };
  const late = Symbol("late");
  const deadline = clock.sleep(settings.timeout, work).then(() => late);
  deadline.catch(() => {}); // aborted with everything else
  try {
    for (;;) {
      const trying = attempt(work, patience.dialTimeout(++attempts)).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      const outcome = await Promise.race([trying, deadline]);
      access.signal.throwIfAborted();
      if (typeof outcome === "symbol") {
        void trying.then(discard);
        throw timeoutReport(failure());
      }
      if (!("error" in outcome)) return outcome.value;
      last = outcome.error;
      const pause = patience.after(last);
      if (pause === undefined) throw failureReport(failure());
      if (patience.refusals === 3)
        access.ui.message("The machine refuses the login; trying on, in case that its password is set later.");
      if ((await Promise.race([clock.sleep(pause, work), deadline])) === late) throw timeoutReport(failure());
    }
  } finally {
    over.abort();
  }
}

const stages: readonly ConnectError["stage"][] = ["resolve", "tcp", "proxy", "tls", "http", "authentication", "shell"];

/** How far an attempt came. */
function rank(error: unknown): number {
  return error instanceof ConnectError ? stages.indexOf(error.stage) : -1;
}

/** A connection that came too late is closed. */
function discard(outcome: object): void {
  const value: unknown = "value" in outcome ? outcome.value : undefined;
  if (typeof value === "object" && value !== null && Symbol.asyncDispose in value) {
    void (value as AsyncDisposable)[Symbol.asyncDispose]();
  }
}
