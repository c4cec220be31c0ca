import { existsSync, readFileSync } from "node:fs";

/** Where the host asks for names. */
export interface Resolvers {
  readonly nameServers: readonly string[];
  readonly searchDomains: readonly string[];
}

const loopback = /^(?:127\.|::1$|fe80:)/;

/**
 * The host's name servers as a machine with a network of its own can reach them: a stub on the host's loopback (systemd's)
 * is replaced by the servers behind it. `local` tells that only a loopback server is known, which must be relayed.
 */
export function hostResolvers(): Resolvers & { readonly local: readonly string[] } {
  const stub = parse("/etc/resolv.conf");
  const behind = parse("/run/systemd/resolve/resolv.conf");
  const reachable = stub.nameServers.filter((address) => !loopback.test(address));
  const found = reachable.length > 0 ? reachable : behind.nameServers.filter((address) => !loopback.test(address));
  const local = found.length > 0 ? [] : stub.nameServers.filter((address) => loopback.test(address));
  return { nameServers: found, searchDomains: stub.searchDomains, local };
}

function parse(path: string): Resolvers {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const words = lines.map((line) => line.trim().split(/\s+/));
  return {
    nameServers: words.filter(([key]) => key === "nameserver").map(([, address = ""]) => address),
    searchDomains: words.filter(([key]) => key === "search" || key === "domain").flatMap(([, ...domains]) => domains),
  };
}

/** The proxies of this process's environment, both spellings. */
export function hostProxies(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const names = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"];
  const found: Record<string, string> = {};
  for (const name of names.flatMap((lower) => [lower, lower.toUpperCase()])) {
    const value = environment[name];
    if (value) found[name] = value;
  }
  return found;
}

/** A proxy that listens on the host's loopback: `undefined` when the address is another's. */
export function loopbackProxy(value: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\w+:\/\/)?(?:[^@/]*@)?(localhost|127\.\d+\.\d+\.\d+|\[::1\]):(\d+)/.exec(value);
  return match ? { host: (match[1] ?? "").replace(/[[\]]/g, ""), port: Number(match[2]) } : undefined;
}
