import { FakeClock } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { retryFor } from "./retry.ts";

const { signal } = new AbortController();

it("tries every two seconds until the time has passed, and throws the last error", async () => {
  const clock = new FakeClock();
  let tries = 0;
  const failing = retryFor(5_000, { clock, signal }, async () => {
    throw new Error(`try ${++tries}`);
  });
  await expect(failing).rejects.toThrow("try 3");
  expect(clock.sleeps).toEqual([2_000, 2_000]);
});

it("stops at an error that no further try will mend", async () => {
  const clock = new FakeClock();
  const failing = retryFor(5_000, { clock, signal, isFinal: () => true }, async () => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(clock.sleeps).toEqual([]);
});

it("stops when aborted", async () => {
  const stop = new AbortController();
  const failing = retryFor(5_000, { clock: new FakeClock(), signal: stop.signal }, async () => {
    stop.abort(new Error("interrupted"));
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("interrupted");
});
