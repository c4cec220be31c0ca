import type { Host } from "./host.ts";

/** A UUID whose first 32 bits are Unix seconds, so that names sort by age. Source: Packer's `uuid`. */
export function timeOrderedUuid({ random, clock }: Pick<Host, "random" | "clock">): string {
  const seconds = Math.floor(clock.now().getTime() / 1000) >>> 0;
  const rest = Array.from(random.bytes(12), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const hex = seconds.toString(16).padStart(8, "0") + rest;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
