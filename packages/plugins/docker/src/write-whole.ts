import { posix, win32 } from "node:path";
import type { RunContext } from "@kiln/sdk";
import { join } from "./engine/endpoint.ts";
import { randomDigits } from "./random-digits.ts";
import { localPath } from "./resources/local-path.ts";

/** Writes a file beside its place and moves it there when it is whole. Its directory is made where it is missing. */
export async function writeWhole(ctx: RunContext, path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const { host } = ctx;
  const paths = host.platform === "win32" ? win32 : posix;
  const whole = paths.resolve(host.cwd, path);
  const directory = paths.dirname(whole);
  await host.files.makeDirectory(directory, { recursive: true, mode: 0o755 });
  const part = join(host, directory, `.${paths.basename(whole)}.${randomDigits(host)}`);
  const held = await ctx.acquire(localPath(part, (made) => host.files.write(made, bytes, { exclusive: true })));
  await host.files.rename(part, whole);
  await held.keep();
}
