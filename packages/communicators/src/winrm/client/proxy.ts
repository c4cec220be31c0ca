import { proxyUrlFor } from "@kiln/sdk";
import type { Address } from "../../ssh/client/address.ts";
import type { ProxySettings } from "../../ssh/settings.ts";

/** The proxy of the environment for an address. Throws where it is none that a machine can be reached through. */
export function proxyFor(
  to: Address,
  ssl: boolean,
  env: Readonly<Record<string, string | undefined>>,
): ProxySettings | undefined {
  const url = proxyUrlFor(to, ssl, env);
  if (!url) return undefined;
  const kinds: Readonly<Record<string, "http" | "socks5">> = {
    "http:": "http",
    "socks5:": "socks5",
    "socks5h:": "socks5",
  };
  const kind = kinds[url.protocol];
  if (!kind)
    throw new Error(
      `${ssl ? "HTTPS_PROXY" : "HTTP_PROXY"} names a proxy of the kind ${url.protocol.slice(0, -1)}, which is not supported: use http or socks5`,
    );
  return {
    kind,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (kind === "http" ? 80 : 1080),
    username: url.username === "" ? undefined : decodeURIComponent(url.username),
    password: url.password === "" ? undefined : decodeURIComponent(url.password),
  };
}
