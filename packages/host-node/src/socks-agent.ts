import { Agent } from "node:http";
import { type AgentOptions, Agent as SecureAgent } from "node:https";
import type { Socket } from "node:net";
import { SocksClient } from "socks";

const timeoutMs = 30_000;

/** An agent for one request through a SOCKS5 proxy, which looks up the name, as it does for Go's programs. */
export async function socksAgent(
  proxy: URL,
  to: { readonly host: string; readonly port: number },
  tls: AgentOptions | false,
  signal: AbortSignal,
): Promise<Agent> {
  const socket = await dial(proxy, to, signal);
  if (tls) return new SecureAgent({ ...tls, keepAlive: false, socket });
  const agent = new Agent({ keepAlive: false });
  agent.createConnection = () => socket;
  return agent;
}

async function dial(
  proxy: URL,
  destination: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const { username, password } = proxy;
  const client = SocksClient.createConnection({
    command: "connect",
    destination,
    timeout: timeoutMs,
    proxy: {
      host: proxy.hostname.replace(/^\[|\]$/g, ""),
      port: Number(proxy.port) || 1080,
      type: 5,
      ...(username !== "" && { userId: decodeURIComponent(username), password: decodeURIComponent(password) }),
    },
  });
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      client.then(({ socket }) => socket.destroy()).catch(() => {});
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return (await Promise.race([client, aborted])).socket;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
