import { dirname } from "node:path";
import { type Clock, type Json, StepError } from "@kiln/sdk";
import type { Qmp } from "../qmp/qmp.ts";

const lookMs = 10;
/** As fast as the disk takes it: QEMU's own limit is meant for networks. */
const bytesPerSecond = 2 ** 40;

/** QEMU never notices a stream that ends before its first byte. */
const firstByteMs = 30_000;

interface Progress {
  readonly status?: string;
  readonly "error-desc"?: string;
}

/** A word for the shell that QEMU hands its `exec:` to. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** Writes the state of a stopped machine, all but its disks, into a new file. Through a program: QEMU before 8.2 cannot write it itself. */
export async function writeState(qmp: Qmp, path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  await qmp.execute("migrate-set-parameters", { "max-bandwidth": bytesPerSecond }, signal);
  await qmp.execute("migrate", { uri: `exec:umask 077; cat > ${quoted(path)}` }, signal);
  await finished(qmp, "saved", clock, signal, `Is there room for it at ${dirname(path)}?`);
}

/** Gives a machine that was started with `-incoming defer` the state from a file, and lets it go on. */
export async function readState(qmp: Qmp, path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  await qmp.execute("migrate-incoming", { uri: `exec:cat ${quoted(path)}` }, signal);
  await finished(qmp, "taken up", clock, signal);
  await goOn(qmp, signal);
}

/** Also after a state was written: QEMU takes the disks back. */
export async function goOn(qmp: Qmp, signal: AbortSignal): Promise<void> {
  const { running } = (await qmp.execute("query-status", {}, signal)) as { readonly running: boolean };
  if (!running) await qmp.execute("cont", {}, signal);
}

/** `advice` is for a program that could not take what QEMU gave it; its own complaint is heard by nobody. */
async function finished(qmp: Qmp, what: string, clock: Clock, signal: AbortSignal, advice = ""): Promise<void> {
  const started = clock.monotonic();
  try {
    for (;;) {
      const progress = (await qmp.execute("query-migrate", {}, signal)) as Progress;
      if (progress.status === "completed") return;
      if (progress.status === "failed" || progress.status === "cancelled") {
        const why = progress["error-desc"] ?? progress.status;
        const hint = why.includes("Broken pipe") && advice ? `. ${advice}` : "";
        throw new StepError(`the machine's state could not be ${what}: ${why}${hint}`, { code: "qemu/state" });
      }
      const moving = progress.status === "active" || progress.status === "device";
      if (!moving && clock.monotonic() - started > firstByteMs) {
        throw new StepError(`the machine's state could not be ${what}: nothing of it could be read`, {
          code: "qemu/state",
        });
      }
      await clock.sleep(lookMs, signal);
    }
  } catch (error) {
    if (signal.aborted) await qmp.execute("migrate_cancel").catch(() => {});
    throw error;
  }
}

interface Block {
  readonly device?: string;
  readonly inserted?: { readonly ro?: boolean; readonly file?: string } & { readonly [name: string]: Json };
}

/** Files that the machine writes to. */
export async function writtenFiles(qmp: Qmp, signal: AbortSignal): Promise<readonly string[]> {
  const blocks = (await qmp.execute("query-block", {}, signal)) as readonly Block[];
  return blocks.flatMap(({ inserted }) =>
    inserted?.file !== undefined && inserted.ro !== true ? [inserted.file] : [],
  );
}
