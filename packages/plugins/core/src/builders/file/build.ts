import { dirname } from "node:path";
import { type Artifact, type BuildContext, codeOf, failureText, type Host, StepError } from "@kiln/sdk";
import { removeHalfFile } from "../../temporary-file/remove-half-file.ts";
import type { Config } from "./config.ts";
import { mockCommunicator } from "./mock-communicator.ts";

/** Makes the file, then runs the provisioners on nothing. */
export async function build(config: Config & { readonly target: string }, ctx: BuildContext): Promise<Artifact> {
  const { host, ui, signal } = ctx;
  const { source, target, content } = config;
  try {
    await host.files.makeDirectory(dirname(target), { recursive: true, mode: 0o755 });
    if (source) {
      ui.say(`Copying ${source} to ${target}`);
      ui.say(`Copied ${await copy(source, target, host, signal)} bytes`);
    } else await host.files.write(target, content ?? "", { mode: 0o600 });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StepError) throw error;
    throw new StepError(`${failedCall(error)} ${target}: ${failureText(error)}`, {
      code: codeOf(error) ?? "file/not-written",
      cause: error,
    });
  }
  await ctx.provision({ communicator: mockCommunicator, facts: {} });
  return fileArtifact(target, host);
}

/** The system call that failed, as Go names it; a copy that failed midway was writing. */
function failedCall(error: unknown): string {
  const call = error instanceof Error && "syscall" in error ? error.syscall : undefined;
  return call === "open" || call === "mkdir" ? call : "write";
}

/** Beyond this a copy must be interruptible, and so is made piece by piece. */
const atOnce = 4 * 1024 ** 3;

/** A copy that fails leaves no half file. The target has the mode of a new file, whatever the source's. */
async function copy(source: string, target: string, host: Host, signal: AbortSignal): Promise<number> {
  const { files } = host;
  const stat = await files.stat(source);
  // Before anything is truncated: the source must be there.
  if (!stat) throw new StepError(`open ${source}: no such file or directory`, { code: "ENOENT" });
  try {
    if (stat.kind === "file" && stat.size <= atOnce) {
      const isNew = (await files.stat(target)) === undefined;
      await files.write(target, "", { append: true, mode: 0o666 });
      const made = await files.stat(target);
      // Some file systems (ext4) write everything out at once when a file that was there and empty is closed.
      if (isNew) await files.remove(target);
      await files.copy(source, target);
      await files.chmod(target, made?.mode ?? 0o644);
      signal.throwIfAborted();
      return stat.size;
    }
    return await stream(source, target, host, signal);
  } catch (error) {
    await removeHalfFile(target, files);
    throw error;
  }
}

async function stream(source: string, target: string, host: Host, signal: AbortSignal): Promise<number> {
  let copied = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of host.files.read(source)) {
      signal.throwIfAborted();
      copied += chunk.length;
      yield chunk;
    }
  }
  await host.files.write(target, counted());
  return copied;
}

function fileArtifact(target: string, host: Host): Artifact {
  return {
    builderId: "packer.file",
    id: "File",
    files: [target],
    state: {},
    describe: () => `Stored file: ${target}`,
    destroy: () => removeHalfFile(target, host.files),
  };
}
