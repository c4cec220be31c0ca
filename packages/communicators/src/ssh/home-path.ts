/** `~` and `~/…` mean the user's home directory, in key file options as in Packer. */
export function expandHome(path: string, env: Readonly<Record<string, string | undefined>>): string {
  if (path !== "~" && !path.startsWith("~/") && !path.startsWith("~\\")) return path;
  const home = env.HOME ?? env.USERPROFILE;
  return home === undefined ? path : home + path.slice(1);
}
