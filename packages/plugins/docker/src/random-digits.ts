import type { Host } from "@kiln/sdk";

/** Ten digits for a name. Good enough for names, not for secrets. */
export function randomDigits(host: Pick<Host, "random">): string {
  const value = host.random.bytes(4).reduce((all, byte) => all * 256 + byte, 0);
  return String(value).padStart(10, "0");
}
