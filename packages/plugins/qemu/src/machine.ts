import { type Host, messageOf, type Process, type ProcessExit, StepError } from "@kiln/sdk";
import { abortable, Qmp } from "./qmp/qmp.ts";

/** QEMU's process with its control connection. */
export interface VirtualMachine {
  readonly pid: number;
  readonly qmp: Qmp;
  /** Resolves when QEMU is gone; never rejects. */
  readonly ended: Promise<ProcessExit>;
  /** Aborted when QEMU is gone. */
  readonly gone: AbortSignal;
  /** The end of what QEMU itself said on standard error. */
  said(): string;
  /** Ends QEMU, which writes its caches, and waits until it has. */
  stop(): Promise<void>;
}

/** QEMU did not come up: what it said, for callers that know another way. */
export class StartFailure extends StepError {
  static {
    this.prototype.name = "StartFailure";
  }
  readonly said: string;
  constructor(message: string, said: string, cause?: unknown) {
    super(message, { code: "qemu/not-started", cause });
    this.said = said;
  }
}

/** Longest that QEMU may take until it answers on its control socket, on a very busy machine. */
const patienceMs = 120_000;
const lookMs = 10;
const keptText = 8192;

/** Starts QEMU and waits until it answers: then all its arguments were good. */
export async function startMachine(
  host: Host,
  binary: string,
  words: readonly string[],
  monitor: string,
  signal: AbortSignal,
): Promise<VirtualMachine> {
  const stopping = new AbortController();
  const gone = new AbortController();
  const child = host.processes.spawn(binary, words, { signal: stopping.signal });
  let text = "";
  const listening = listen(child, (more) => {
    text = (text + more).slice(-keptText);
  });
  let exit: ProcessExit | undefined;
  let refusal: unknown;
  const ended = Promise.allSettled([child.exit, listening]).then(([end]): ProcessExit => {
    if (end.status === "rejected") refusal = end.reason;
    exit = end.status === "fulfilled" ? end.value : { by: "code", code: 127 };
    gone.abort(new StepError(`The virtual machine ended: ${endText(exit, text)}`, { code: "qemu/ended" }));
    return exit;
  });
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  try {
    const qmp = await reachMonitor(host, monitor, () => exit !== undefined, signal);
    if (qmp) {
      void ended.then(() => qmp[Symbol.asyncDispose]());
      return { pid: child.pid, qmp, ended, gone: gone.signal, said: () => text.trim(), stop };
    }
  } catch (error) {
    await stop();
    throw error;
  }
  await stop();
  const said = refusal === undefined ? text.trim() : messageOf(refusal);
  throw new StartFailure(`Qemu failed to start: ${said || endText(exit, "")}`, said, refusal);
}

function endText(exit: ProcessExit | undefined, said: string): string {
  const how =
    exit?.by === "signal" ? `QEMU was ended by ${exit.signal}` : `QEMU ended with exit code ${exit?.code ?? 0}`;
  const last = said.trim().split("\n").slice(-3).join("\n");
  return last === "" ? how : `${how}\n${last}`;
}

async function listen(child: Process, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const { bytes } of child.output) take(decoder.decode(bytes, { stream: true }));
}

/** Undefined where QEMU ended before. */
async function reachMonitor(
  host: Host,
  path: string,
  isOver: () => boolean,
  signal: AbortSignal,
): Promise<Qmp | undefined> {
  const started = host.clock.monotonic();
  while (!isOver()) {
    try {
      return await abortable(Qmp.open(host, path, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (host.clock.monotonic() - started > patienceMs) {
        throw new StepError(`QEMU does not answer on its control socket: ${messageOf(error)}`, {
          code: "qemu/no-answer",
          cause: error,
        });
      }
    }
    await host.clock.sleep(lookMs, signal);
  }
  return undefined;
}
