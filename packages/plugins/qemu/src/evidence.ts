import { type BuildContext, type Host, messageOf } from "@kiln/sdk";
import { absolute } from "./resources/output-directory.ts";
import type { RunningMachine } from "./steps/run-machine.ts";

const lines = 20;
const bytes = 16_384;
/** A machine that hangs must not hang the report about it. */
const patienceMs = 10_000;

/** What the machine shows when it does not do what it should: the end of its serial console, and its screen in a file. */
export async function evidence(
  ctx: Pick<BuildContext, "host" | "signal">,
  machine: Pick<RunningMachine, "qmp" | "console">,
  name: string,
): Promise<string> {
  const { host } = ctx;
  const tail = machine.console ? await consoleTail(host, machine.console) : undefined;
  const told =
    tail === undefined
      ? "There is no log of the serial console: qemuargs use the port themselves."
      : tail === ""
        ? "The machine wrote nothing to its serial console."
        : `The serial console ended with:\n${tail}`;
  return `${told}\n${await screenshot(ctx, machine.qmp, name)}`;
}

async function consoleTail(host: Host, path: string): Promise<string> {
  const size = (await host.files.stat(path).catch(() => undefined))?.size ?? 0;
  let text = "";
  const decoder = new TextDecoder();
  if (size > 0) {
    for await (const chunk of host.files.read(path, { start: Math.max(0, size - bytes) }))
      text += decoder.decode(chunk, { stream: true });
  }
  return printable(text).split("\n").slice(-lines).join("\n");
}

/** Without control sequences: cursor movements and colours of boot loaders and kernels. */
export function printable(text: string): string {
  return text
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|[()][0-9A-B]|[@-Z\\-_=>])/g, "")
    .replace(/\r+\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
    .replace(/\n{2,}/g, "\n")
    .trim();
}

/** PNG where QEMU can (7.1), its older form elsewhere. */
async function screenshot(
  { host, signal }: Pick<BuildContext, "host" | "signal">,
  qmp: RunningMachine["qmp"],
  name: string,
): Promise<string> {
  const late = new AbortController();
  const timer = new AbortController();
  const until = AbortSignal.any([signal, late.signal]);
  host.clock.sleep(patienceMs, timer.signal).then(
    () => late.abort(new Error("QEMU did not answer")),
    () => {},
  );
  try {
    const path = absolute(`${name}-screen`, host);
    const png = await qmp.execute("screendump", { filename: `${path}.png`, format: "png" }, until).then(
      () => true,
      () => false,
    );
    if (!png) await qmp.execute("screendump", { filename: `${path}.ppm` }, until);
    return `The machine's screen is in ${path}.${png ? "png" : "ppm"}`;
  } catch (error) {
    signal.throwIfAborted();
    return `There is no picture of the machine's screen: ${messageOf(error)}`;
  } finally {
    timer.abort();
  }
}
