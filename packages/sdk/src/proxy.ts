type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address, by the rules of Go's programs: HTTP_PROXY or HTTPS_PROXY by the scheme of the request, and NO_PROXY with names,
 * domains, addresses, ranges and `host:port`; the machine itself is always reached directly. Lower case counts, too. Throws where the
 * variable is no address. `host` has no brackets.
 */
export function proxyUrlFor(
  to: { readonly host: string; readonly port: number },
  ssl: boolean,
  env: Environment,
): URL | undefined {
  const name = ssl ? "HTTPS_PROXY" : "HTTP_PROXY";
  const text = env[name] || env[name.toLowerCase()];
  if (!text || isLocal(to.host) || isExcepted(to, env.NO_PROXY || env.no_proxy || "")) return undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) throw new Error(`${name} is not the address of a proxy: write it as http://HOST:PORT`);
  return new URL(url);
}

function isLocal(host: string): boolean {
  return host.toLowerCase() === "localhost" || host === "::1" || (isIpv4(host) && host.startsWith("127."));
}

function isExcepted(to: { readonly host: string; readonly port: number }, list: string): boolean {
  return list.split(",").some((entry) => {
    const text = entry.trim().toLowerCase();
    if (text === "") return false;
    if (text === "*") return true;
    if (text.includes("/")) return inRange(to.host, text);
    const [, bare = "", port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text.replace(/^\[([^\]]*)\]/, "[$1]")) ?? [];
    const pattern = isIpv6(text) ? text : bare;
    if (port !== undefined && !isIpv6(text) && Number(port) !== to.port) return false;
    const host = to.host.toLowerCase();
    const domain = pattern.replace(/^\*?\./, "");
    const subdomains = !isIpv4(pattern) && !isIpv6(pattern) && host.endsWith(`.${domain}`);
    return subdomains || (host === pattern && !pattern.startsWith("."));
  });
}

/** IPv4 ranges such as 10.0.0.0/8. */
function inRange(host: string, range: string): boolean {
  const [base = "", bits = ""] = range.split("/");
  if (!isIpv4(host) || !isIpv4(base) || !/^\d+$/.test(bits)) return false;
  const number = (address: string): number => address.split(".").reduce((all, part) => all * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(host) / size) === Math.floor(number(base) / size);
}

function isIpv4(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split(".").every((part) => Number(part) < 256);
}

/** Names and `host:port` have fewer colons. */
function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text);
}
