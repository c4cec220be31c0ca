import { isIP } from "node:net";
import type { Address } from "../../ssh/client/address.ts";
import type { ProxySettings } from "../../ssh/settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address, by the rules of Go's programs: HTTP_PROXY or HTTPS_PROXY by the scheme of the request, and NO_PROXY with names,
 * domains, addresses, ranges and `host:port`; the machine itself is always reached directly. Lower case counts, too. Throws where the
 * variable is no address.
 */
export function proxyFor(to: Address, ssl: boolean, env: Environment): ProxySettings | undefined {
  const name = ssl ? "HTTPS_PROXY" : "HTTP_PROXY";
  const text = env[name] || env[name.toLowerCase()];
  if (!text || isLocal(to.host) || isExcepted(to, env.NO_PROXY || env.no_proxy || "")) return undefined;
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  } catch {
    throw new Error(`${name} is not the address of a proxy: write it as http://HOST:PORT`);
  }
  const kinds: Readonly<Record<string, "http" | "socks5">> = {
    "http:": "http",
    "socks5:": "socks5",
    "socks5h:": "socks5",
  };
  const kind = kinds[url.protocol];
  if (!kind)
    throw new Error(
      `${name} names a proxy of the kind ${url.protocol.slice(0, -1)}, which is not supported: use http or socks5`,
    );
  return {
    kind,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (kind === "http" ? 80 : 1080),
    username: url.username === "" ? undefined : decodeURIComponent(url.username),
    password: url.password === "" ? undefined : decodeURIComponent(url.password),
  };
}

function isLocal(host: string): boolean {
  return host.toLowerCase() === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function isExcepted(to: Address, list: string): boolean {
  return list.split(",").some((entry) => {
    const text = entry.trim().toLowerCase();
    if (text === "") return false;
    if (text === "*") return true;
    if (text.includes("/")) return inRange(to.host, text);
    const [, bare = "", port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text.replace(/^\[([^\]]*)\]/, "[$1]")) ?? [];
    const pattern = isIP(text) === 6 ? text : bare;
    if (port !== undefined && isIP(text) !== 6 && Number(port) !== to.port) return false;
    const host = to.host.toLowerCase();
    const domain = pattern.replace(/^\*?\./, "");
    const subdomains = isIP(pattern) === 0 && host.endsWith(`.${domain}`);
    return subdomains || (host === pattern && !pattern.startsWith("."));
  });
}

/** IPv4 ranges such as 10.0.0.0/8. */
function inRange(host: string, range: string): boolean {
  const [base = "", bits = ""] = range.split("/");
  if (isIP(host) !== 4 || isIP(base) !== 4 || !/^\d+$/.test(bits)) return false;
  const number = (address: string): number => address.split(".").reduce((all, part) => all * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(host) / size) === Math.floor(number(base) / size);
}
