import { formatGoDuration } from "@kiln/sdk";

/** Milliseconds as Go prints a duration: `10s`, `1m0s`, `1.5ms`. */
export function goDuration(ms: number): string {
  return formatGoDuration(BigInt(Math.round(ms * 1e6)));
}
