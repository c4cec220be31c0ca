import { posix, win32 } from "node:path";
import { codeOf, messageOf, type RunContext } from "@kiln/sdk";
import { join } from "./engine/endpoint.ts";
import { randomDigits } from "./random-digits.ts";
import { localPath } from "./resources/local-path.ts";

/** Failures of a disk, which say nothing of the file. */
const diskCodes = ["ENOSPC", "EDQUOT", "EFBIG", "EIO"];

/** Writes a file beside its place and moves it there when it is whole. Its directory is made where it is missing. */
export async function writeWhole(ctx: RunContext, path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const { host } = ctx;
  const paths = host.platform === "win32" ? win32 : posix;
  const whole = paths.resolve(host.cwd, path);
  const directory = paths.dirname(whole);
  await host.files.makeDirectory(directory, { recursive: true, mode: 0o755 });
  const part = join(host, directory, `.${paths.basename(whole)}.${randomDigits(host)}`);
  const write = async (made: string): Promise<void> => {
    try {
      await host.files.write(made, bytes, { exclusive: true });
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || !diskCodes.includes(code)) throw error;
      throw Object.assign(new Error(`cannot write ${whole}: ${messageOf(error)}`, { cause: error }), { code });
    }
  };
  const held = await ctx.acquire(localPath(part, write));
  await host.files.rename(part, whole);
  await held.keep();
}
