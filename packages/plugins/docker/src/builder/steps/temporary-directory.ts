import type { BuildContext, Host } from "@kiln/sdk";
import { join } from "../../engine/endpoint.ts";
import { failure } from "../../failure.ts";
import { randomDigits } from "../../random-digits.ts";
import { localPath } from "../../resources/local-path.ts";

/** A directory that this machine and the container share. It lies below the home directory, which engines in a virtual machine can mount. */
export async function temporaryDirectory(ctx: BuildContext): Promise<string> {
  const { host, ui, signal } = ctx;
  ui.say("Creating a temporary directory for sharing data...");
  try {
    const base = await baseDirectory(host);
    await host.files.makeDirectory(base, { recursive: true });
    const path = join(host, base, `tmp${randomDigits(host)}`);
    const held = await ctx.acquire(localPath(path, (made) => host.files.makeDirectory(made, { mode: 0o700 })));
    return held.value;
  } catch (error) {
    signal.throwIfAborted();
    throw failure(ui, `Error making temp dir: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/** PACKER_TMP_DIR, or Packer's configuration directory. */
async function baseDirectory(host: Host): Promise<string> {
  const { PACKER_TMP_DIR, PACKER_CONFIG_DIR, XDG_CONFIG_HOME, HOME, APPDATA, TMPDIR } = host.env;
  if (PACKER_TMP_DIR) return PACKER_TMP_DIR;
  if (PACKER_CONFIG_DIR) return join(host, PACKER_CONFIG_DIR, ".packer.d");
  if (host.platform === "win32" && APPDATA) return join(host, APPDATA, "packer.d");
  if (!HOME) return TMPDIR || "/tmp";
  const old = join(host, HOME, ".packer.d");
  if (await host.files.stat(old)) return old;
  return join(host, XDG_CONFIG_HOME || join(host, HOME, ".config"), "packer");
}
