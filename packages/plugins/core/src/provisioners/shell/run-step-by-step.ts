import { codeOf, messageOf, TransferError } from "@kiln/sdk";
import { type MachineAccess, type ScriptEnd, type ScriptRun, StartError, unreachablePath } from "./script-run.ts";

/** What SCP, SFTP and the shells of machines say of a directory that is missing or closed. */
const neverHeals = /no such file|nonexistent|not a directory|permission denied|read-only file system/i;

/**
 * Uploads, makes executable and runs, as Packer does: for machines without a POSIX shell, and for sessions on a terminal. Leaves the
 * removing to the caller.
 */
export async function runStepByStep(run: ScriptRun, access: MachineAccess): Promise<ScriptEnd> {
  const { communicator, signal } = access;
  if (run.envFile) {
    const { path, content } = run.envFile;
    await upload(access, "envVarFile", path, content.length, () => once(content));
    await communicator.exec(`chmod 0600 ${remoteWord(path)}`, { signal });
  }
  await upload(access, "script", run.remotePath, run.size, run.content);
  // Its status does not matter: some file systems know no modes.
  await communicator.exec(`chmod 0755 ${remoteWord(run.remotePath)}`, { signal });
  const { exit } = await communicator.exec(run.command, { signal, onOutput: access.onOutput });
  return { exit, cleaned: false };
}

async function upload(
  { communicator, signal }: MachineAccess,
  what: string,
  remotePath: string,
  size: number,
  content: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    await communicator.upload(content(), remotePath, { signal, size });
  } catch (error) {
    signal.throwIfAborted();
    // No machine to send to: trying again for minutes would only hide that.
    if (error instanceof TransferError && error.code === "transfer/unsupported") throw error;
    if (codeOf(error) === "transfer/refused" && neverHeals.test(messageOf(error)))
      throw unreachablePath(what, messageOf(error), error);
    throw new StartError(`Error uploading ${what}: ${messageOf(error)}`, {
      code: codeOf(error) ?? "transfer/refused",
      cause: error,
    });
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A remote path in a command: spaces made safe, the rest left to the remote shell (`~`, `$HOME`) as Packer does. */
export function remoteWord(path: string): string {
  return path.replaceAll(" ", "\\ ");
}
