/** `PORT:HOST:PORT` of `ssh_local_tunnels` and `ssh_remote_tunnels`. */
export interface Tunnel {
  readonly listenPort: number;
  readonly host: string;
  readonly port: number;
}

/** Undefined where the text is no tunnel. IPv6 addresses stand in brackets. */
export function readTunnel(text: string): Tunnel | undefined {
  const parts = /^(\d+):(\[[^\]]+\]|[^:[\]]+):(\d+)$/.exec(text);
  if (!parts) return undefined;
  const listenPort = Number(parts[1]);
  const port = Number(parts[3]);
  const host = (parts[2] ?? "").replace(/^\[|\]$/g, "");
  return isPort(listenPort) && isPort(port) ? { listenPort, host, port } : undefined;
}

export function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65536;
}
