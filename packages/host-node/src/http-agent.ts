import type { Agent, AgentOptions } from "node:http";
import { type HttpRequest, proxyUrlFor } from "@kiln/sdk";

type Environment = Readonly<Record<string, string | undefined>>;
export type Way = Pick<HttpRequest, "insecure" | "tls" | "socketPath" | "direct">;

/** A fresh agent for each request: nothing stays open behind it. The environment's proxies count, as do the system's authorities. */
export async function agentFor(url: string, env: Environment, way: Way, signal: AbortSignal): Promise<Agent> {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === "https:";
  const to = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (secure ? 443 : 80) };
  const proxy = way.direct || way.socketPath !== undefined ? undefined : proxyUrlFor(to, secure, env);
  const tls = secure ? await tlsOptions(env, way) : {};
  if (proxy && /^socks5h?:$/.test(proxy.protocol))
    return (await import("./socks-agent.ts")).socksAgent(proxy, to, secure && tls, signal);
  const settings: AgentOptions = {
    keepAlive: false,
    ...(proxy && { proxyEnv: { http_proxy: proxy.href, https_proxy: proxy.href } }),
  };
  return secure
    ? new (await import("node:https")).Agent({ ...settings, ...tls })
    : new (await import("node:http")).Agent(settings);
}

async function tlsOptions(env: Environment, { insecure, tls = {} }: Way) {
  const { ca: only, ...own } = tls;
  if (insecure) return { ...own, rejectUnauthorized: false };
  const ca = only ?? (await (await import("./authorities.ts")).authorities(env));
  return { ...own, ...(ca && { ca: [...ca] }) };
}
