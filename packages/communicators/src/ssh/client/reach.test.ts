import type { Clock, ConnectAccess } from "@kiln/sdk";
import { FakeHost, FakeUi } from "@kiln/sdk/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sshSettings } from "../settings.ts";
import { type Attempt, reach } from "./reach.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Several sleep at once here, which the clock that jumps cannot do. */
const clock: Clock = {
  now: () => new Date(),
  monotonic: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    }),
};

/** A forwarder that takes every connection; the machine behind it sees only those made once it is up, and never the earlier ones. */
function forwarder(upAfter: number): { readonly attempt: Attempt<string>; readonly open: Set<number>; most: number } {
  const begun = Date.now();
  const state = { open: new Set<number>(), most: 0 };
  let count = 0;
  return Object.assign(state, {
    attempt: (async (signal, _, on) => {
      const id = count++;
      await Promise.resolve();
      on.address({ host: "127.0.0.1", port: 2222 });
      on.dialled();
      if (Date.now() - begun >= upAfter) {
        on.banner();
        return `attempt ${id}`;
      }
      state.open.add(id);
      state.most = Math.max(state.most, state.open.size);
      return new Promise<string>((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          state.open.delete(id);
          reject(new Error("stopped"));
        });
      });
    }) satisfies Attempt<string>,
  });
}

const access: ConnectAccess = {
  host: Object.assign(new FakeHost(), { clock }),
  ui: new FakeUi(),
  signal: new AbortController().signal,
  secrets: { add: () => {} },
};
const settings = sshSettings({ communicator: "ssh", ssh_username: "root", ssh_timeout: 300_000 });

it("reaches a machine behind a forwarder soon after it is up, however long that took", async () => {
  for (const upAfter of [500, 5_000, 40_000, 200_000]) {
    const begun = Date.now();
    const machine = forwarder(upAfter);
    const reached = reach(settings, access, machine.attempt).then(() => Date.now() - begun);
    await vi.advanceTimersByTimeAsync(upAfter + 1_100);
    expect(await Promise.race([reached, Promise.resolve("not yet")]), `up after ${upAfter} ms`).toBeLessThan(
      upAfter + 1_100,
    );
    expect(machine.most).toBeLessThanOrEqual(6);
    expect(machine.open.size).toBe(0);
  }
});

it("leaves the first attempt waiting, for servers that are slow to speak", async () => {
  const machine = forwarder(Number.POSITIVE_INFINITY);
  const reached = reach(settings, access, machine.attempt);
  reached.catch(() => {});
  await vi.advanceTimersByTimeAsync(60_000);
  expect(machine.open.has(0)).toBe(true);
  expect(machine.open.size).toBe(6);
  await vi.advanceTimersByTimeAsync(300_000);
  await expect(reached).rejects.toThrow("accepted the connection but sent no SSH banner");
  expect(machine.open.size).toBe(0);
});

it("tries again beside a login that stopped after the banner, and no more often than it must", async () => {
  let count = 0;
  const attempt: Attempt<string> = async (signal, _, on) => {
    const id = count++;
    await Promise.resolve();
    on.address({ host: "127.0.0.1", port: 2222 });
    on.dialled();
    on.banner();
    if (id === 2) return "the third";
    return new Promise<string>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("stopped")));
    });
  };
  const reached = reach(settings, access, attempt);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(count).toBe(1);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(count).toBe(2);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(await Promise.race([reached, Promise.resolve("not yet")])).toBe("the third");
});
