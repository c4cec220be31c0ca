import type { ProvisionContext } from "@kiln/sdk";
import { FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { breakpoint } from "./breakpoint/index.ts";
import { sleep } from "./sleep/index.ts";

async function ran(
  prepared: Awaited<ReturnType<typeof sleep.prepare>>,
  answers: readonly string[] = [],
): Promise<FakeRun> {
  const ctx = new FakeRun();
  ctx.ui.answers.push(...answers);
  if (!prepared.ok) throw new Error("refused");
  await prepared.value.run(ctx as unknown as ProvisionContext);
  return ctx;
}

it("sleeps as long as asked", async () => {
  const ctx = await ran(await sleep.prepare({ duration: 1_500 }, fakePrepareContext()));
  expect(ctx.host.clock.sleeps).toEqual([1_500]);
  expect(ctx.ui.lines).toEqual([]);
});

it("pauses at a breakpoint until somebody answers", async () => {
  const ctx = await ran(await breakpoint.prepare({ note: "look", disable: false }, fakePrepareContext()), [""]);
  expect(ctx.ui.lines).toEqual(['==> Pausing at breakpoint provisioner with note "look".']);
  expect(ctx.ui.questions).toEqual(["Press enter to continue."]);
});

it("goes past a disabled breakpoint", async () => {
  const plain = await ran(await breakpoint.prepare({ disable: true }, fakePrepareContext()));
  expect(plain.ui.lines).toEqual(["==> Breakpoint provisioner disabled; continuing..."]);
  const noted = await ran(await breakpoint.prepare({ disable: true, note: "N" }, fakePrepareContext()));
  expect(noted.ui.lines).toEqual(['==> Breakpoint provisioner with note "N" disabled; continuing...']);
});

it("fails at a breakpoint without a terminal", async () => {
  const prepared = await breakpoint.prepare({ disable: false }, fakePrepareContext());
  await expect(ran(prepared)).rejects.toThrow("Error asking for input: no terminal to ask on");
});
