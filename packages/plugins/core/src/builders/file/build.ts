import { dirname } from "node:path";
import { type Artifact, type BuildContext, codeOf, type Host, messageOf, StepError } from "@kiln/sdk";
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
    throw new StepError(messageOf(error), { code: codeOf(error) ?? "file/not-written", cause: error });
  }
  await ctx.provision({ communicator: mockCommunicator, facts: {} });
  return fileArtifact(target, host);
}

/** Streams; a copy that fails leaves no half file. */
async function copy(source: string, target: string, host: Host, signal: AbortSignal): Promise<number> {
  let copied = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of host.files.read(source)) {
      signal.throwIfAborted();
      copied += chunk.length;
      yield chunk;
    }
  }
  // Before anything is truncated: the source must be there.
  const stat = await host.files.stat(source);
  if (!stat) throw new StepError(`open ${source}: no such file or directory`, { code: "ENOENT" });
  try {
    await host.files.write(target, counted(), { mode: 0o644 });
  } catch (error) {
    await host.files.remove(target);
    throw error;
  }
  return copied;
}

function fileArtifact(target: string, host: Host): Artifact {
  return {
    builderId: "packer.file",
    id: "File",
    files: [target],
    state: {},
    describe: () => `Stored file: ${target}`,
    destroy: () => host.files.remove(target),
  };
}
