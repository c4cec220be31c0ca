/** Names that `only_on` may use: Go's. */
export const knownSystems: readonly string[] = ["darwin", "freebsd", "linux", "openbsd", "solaris", "windows"];

/** Node's name of a platform as Go writes it. */
export function systemName(platform: string): string {
  return platform === "win32" ? "windows" : platform === "sunos" ? "solaris" : platform;
}
