import type { Host } from "@kiln/sdk";

/** A random whole number from 0 up to `limit`, which is at most 2^32. Good enough for names, not for secrets. */
export function randomBelow(host: Pick<Host, "random">, limit: number): number {
  const value = host.random.bytes(4).reduce((n, byte) => n * 256 + byte, 0);
  return value % limit;
}
