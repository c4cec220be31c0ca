import type { Host } from "./host.ts";

/** Where temporary files go, as Go finds it. */
export function temporaryDirectory({ env, platform }: Pick<Host, "env" | "platform">): string {
  if (platform !== "win32") return env.TMPDIR || "/tmp";
  return env.TMP || env.TEMP || env.USERPROFILE || "C:\\Windows\\Temp";
}
