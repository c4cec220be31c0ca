import type { PrepareHost } from "../host.ts";
import { joinPath } from "./local-path.ts";

/** Where downloads are kept: PACKER_CACHE_DIR, else a folder among the user's caches. */
export function cacheDirectory({ env, platform, cwd }: Pick<PrepareHost, "env" | "platform" | "cwd">): string {
  const join = (first: string, second: string): string => joinPath(platform, first, second);
  const chosen = env.PACKER_CACHE_DIR;
  if (chosen) return join(cwd, chosen);
  if (platform === "win32") return join(cwd, "packer_cache");
  const caches = env.XDG_CACHE_HOME || (env.HOME ? join(env.HOME, ".cache") : "");
  return caches ? join(join(cwd, caches), "packer") : join(cwd, "packer_cache");
}
