import { join, resolve } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Where builds with `-cache` store states: `KILN_CACHE_DIR`, else the XDG cache directory. Absolute. */
export function cacheDirectory(env: Env, homeDirectory: string): string {
  const base = env["KILN_CACHE_DIR"] || join(env["XDG_CACHE_HOME"] || join(homeDirectory, ".cache"), "kiln");
  return resolve(base, "states");
}

/** Where run journals and the local cloud keep their state: `KILN_STATE_DIR`, else the XDG state directory. */
export function stateDirectory(env: Env, homeDirectory: string): string {
  if (env["KILN_STATE_DIR"]) return env["KILN_STATE_DIR"];
  const base = env["XDG_STATE_HOME"] || join(homeDirectory, ".local", "state");
  return join(base, "kiln");
}
