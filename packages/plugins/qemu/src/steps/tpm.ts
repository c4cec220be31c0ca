import { type BuildContext, codeOf, messageOf, StepError } from "@kiln/sdk";
import { tpmKind } from "../resources/process.ts";
import type { Settings } from "../settings.ts";

const lookMs = 10;

/** Starts the TPM emulator (`stepTPM`); the path of its socket. It ends with the step. */
export async function startTpm(ctx: BuildContext, settings: Settings, folder: string): Promise<string | undefined> {
  if (!settings.vtpm) return undefined;
  const { host } = ctx;
  const state = `${folder}/tpm`;
  const socket = `${folder}/tpm.sock`;
  await host.files.makeDirectory(state, { mode: 0o700 });
  const args = ["socket", "--tpmstate", `dir=${state}`, "--ctrl", `type=unixio,path=${socket}`];
  if (!settings.use_tpm1) args.push("--tpm2");
  await ctx.acquire({
    kind: tpmKind,
    // The machine bears the folder's path among its arguments too.
    intent: { mark: state, name: settings.name },
    create: (signal) => started(ctx, args, socket, signal),
    ref: ({ pid }) => ({ pid, mark: state }),
    release: (emulator) => emulator.stop(),
  });
  return socket;
}

interface Emulator {
  readonly pid: number;
  stop(): Promise<void>;
}

async function started(
  { host }: BuildContext,
  args: readonly string[],
  socket: string,
  signal: AbortSignal,
): Promise<Emulator> {
  const stopping = new AbortController();
  const child = host.processes.spawn("swtpm", args, { signal: stopping.signal });
  const decoder = new TextDecoder();
  let said = "";
  let over = false;
  const reading = (async () => {
    for await (const { bytes } of child.output) said += decoder.decode(bytes, { stream: true });
  })();
  const ended = Promise.allSettled([child.exit, reading]).then(([exit]) => {
    over = true;
    if (exit.status === "rejected") said = codeOf(exit.reason) === "ENOENT" ? missing : messageOf(exit.reason);
  });
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
  };
  try {
    while (!over && !(await host.files.stat(socket))) await host.clock.sleep(lookMs, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  if (over)
    throw new StepError(`Error starting the TPM emulator: ${said.trim() || "swtpm ended"}`, { code: "qemu/tpm" });
  return { pid: child.pid, stop };
}
const missing = "swtpm is not there. On Debian: apt-get install swtpm";
