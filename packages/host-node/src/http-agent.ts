import type { Agent } from "node:http";

/** A fresh agent for each request: nothing stays open behind it. The environment's proxies count, as do the system's authorities. */
export async function agentFor(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  insecure = false,
): Promise<Agent> {
  const { protocol, hostname } = new URL(url);
  const settings = { keepAlive: false, ...(!isLoopback(hostname) && { proxyEnv: { ...env } }) };
  if (protocol !== "https:") return new (await import("node:http")).Agent(settings);
  const { Agent: SecureAgent } = await import("node:https");
  if (insecure) return new SecureAgent({ ...settings, rejectUnauthorized: false });
  const { getCACertificates } = await import("node:tls");
  // As Go does: the system's authorities count, a company's own among them.
  const ca = [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
  return new SecureAgent({ ...settings, ca });
}

/** Go never asks a proxy for these. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}
