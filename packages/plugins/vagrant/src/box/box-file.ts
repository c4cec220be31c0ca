import { dirname, resolve } from "node:path";
import { codeOf, messageOf, type PostProcessContext, type ResourceKind, StepError } from "@kiln/sdk";

/** A box that is not whole yet: the absolute path of its part file is both intent and reference. */
export const boxFileKind: ResourceKind<string, string> = {
  kind: "vagrant.box",
  describe: (path) => `half-made Vagrant box ${path}`,
  find: async (path, { host }) => ((await host.files.stat(path, { link: true })) ? [path] : []),
  release: (path, { host }) => host.files.remove(path),
};

/** Writes a box that appears under its name only when it is whole; until then it is a resource. */
export async function writeBox(
  ctx: PostProcessContext,
  output: string,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { host, signal } = ctx;
  const target = resolve(host.cwd, output);
  async function* abortable(): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      signal.throwIfAborted();
      yield chunk;
    }
  }
  try {
    const digits = host.random.bytes(4).reduce((n, byte) => n * 256 + byte, 0);
    await host.files.makeDirectory(dirname(target), { recursive: true, mode: 0o755 });
    const part = await ctx.acquire({
      kind: boxFileKind,
      intent: `${target}.part${digits}`,
      create: async () => {
        const path = `${target}.part${digits}`;
        await host.files.write(path, abortable(), { exclusive: true });
        return path;
      },
      ref: (path: string) => path,
    });
    await host.files.rename(part.value, target);
    await part.keep();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StepError) throw error;
    const advice = codeOf(error) === "ENOSPC" ? ". Make room, or set output to a larger disk" : "";
    throw new StepError(`Unable to write ${output}: ${messageOf(error)}${advice}`, {
      code: "vagrant/not-written",
      cause: error,
    });
  }
}
