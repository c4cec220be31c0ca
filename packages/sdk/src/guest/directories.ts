import { codeOf, messageOf, StepError } from "../errors.ts";
import { showOutput } from "../line-splitter.ts";
import type { ProvisionContext } from "../run.ts";
import type { GuestCommands } from "./guest-os.ts";

type Run = Pick<ProvisionContext, "machine" | "signal" | "ui" | "host">;

/** Makes directories on the machine, all in one go. */
export async function makeDirectories(paths: readonly string[], commands: GuestCommands, ctx: Run): Promise<void> {
  await runQuietly(commands.makeDirectories(paths), `Error creating directory: ${paths.join(", ")}`, ctx);
}

export async function removeDirectory(path: string, commands: GuestCommands, ctx: Run): Promise<void> {
  ctx.ui.message(`Removing directory: ${path}`);
  await runQuietly(commands.removeDirectory(path), `Error removing directory: ${path}`, ctx);
}

async function runQuietly(command: string, failure: string, { machine, signal, ui }: Run): Promise<void> {
  const output = showOutput(ui);
  const { exit } = await machine.communicator.exec(command, { signal, onOutput: output.onOutput });
  output.end();
  if (exit === 0) return;
  const why = exit === "disconnected" ? "the connection was lost" : `Non-zero exit status: ${exit}`;
  throw new StepError(`${failure}: ${why}. See output above for more info.`, { code: "guest/directory" });
}

/** Sends what is in a local directory into a directory of the machine. */
export async function uploadContents(local: string, remote: string, { machine, signal }: Run): Promise<void> {
  const from = local.endsWith("/") ? local : `${local}/`;
  await orTransferFailure(local, () => machine.communicator.uploadDirectory(from, remote, { signal }));
}

/** Sends a local file, with its mode. */
export async function uploadFile(local: string, remote: string, { machine, signal, host }: Run): Promise<void> {
  const stat = await host.files.stat(local);
  if (!stat) throw new StepError(`${local}: no such file or directory`, { code: "ENOENT" });
  await orTransferFailure(local, () =>
    machine.communicator.upload(host.files.read(local), remote, { signal, size: stat.size, mode: stat.mode & 0o777 }),
  );
}

/** Writes a text into a file of the machine. */
export async function uploadText(text: string, remote: string, { machine, signal }: Run): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  async function* once(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  await orTransferFailure(remote, () => machine.communicator.upload(once(), remote, { signal, size: bytes.length }));
}

async function orTransferFailure(what: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || code.startsWith("cancelled/")) throw error;
    throw new StepError(`Error uploading ${what}: ${messageOf(error)}`, { code, cause: error });
  }
}
