import { codeOf, failureText, type PostProcessContext, StepError } from "@kiln/sdk";
import { randomBelow } from "../../temporary-file/random-number.ts";
import { fileAt } from "../../temporary-file/temporary-file.ts";

/**
 * Writes a file that appears under its name only when it is whole: a full disk or an interruption leaves neither half a file nor
 * harms an older one. Where something other than a plain file has the name (a device, a link) that is written to directly.
 */
export async function writeWhole(
  target: string,
  content: AsyncIterable<Uint8Array>,
  ctx: PostProcessContext,
): Promise<void> {
  const { host, signal } = ctx;
  async function* abortable(): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      signal.throwIfAborted();
      yield chunk;
    }
  }
  try {
    const there = await host.files.stat(target, { link: true });
    if (there && there.kind !== "file") {
      await host.files.write(target, abortable());
      return;
    }
    const part = await ctx.acquire(
      fileAt(`${target}.part${randomBelow(host, 1_000_000_000)}`, async (path) => {
        try {
          await host.files.write(path, abortable(), { exclusive: true });
        } catch (error) {
          if (codeOf(error) !== "EEXIST") await host.files.remove(path);
          throw error;
        }
      }),
    );
    await host.files.rename(part.value, target);
    await part.keep();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StepError) throw error;
    throw new StepError(`Unable to write ${target}: ${failureText(error)}`, {
      code: "compress/not-written",
      cause: error,
    });
  }
}
