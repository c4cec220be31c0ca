import { expect, it } from "vitest";
import { EngineError } from "../engine/engine.ts";
import { fakeEngine } from "../engine/fake-engine.ts";
import { removed } from "./container.ts";

const { signal } = new AbortController();
const refusing = (message: string) => async (): Promise<void> => {
  throw new EngineError("docker/refused", message);
};

it("waits for a removal that is already going on", async () => {
  let looks = 0;
  const engine = fakeEngine({
    removeContainer: refusing("removal of container c1 is already in progress"),
    container: async (id) =>
      ++looks < 3 ? { id, user: "", address: "", running: false, paused: false, exitCode: 0 } : undefined,
  });
  const slept: number[] = [];
  await removed(engine, "c1", { sleep: async (ms) => void slept.push(ms) }, signal);
  expect([looks, slept]).toEqual([3, [100, 100]]);
});

it("tells any other refusal", async () => {
  const engine = fakeEngine({ removeContainer: refusing("cannot remove container: it is running") });
  await expect(removed(engine, "c1", { sleep: async () => {} }, signal)).rejects.toThrow("it is running");
});
