import { humanizeDuration } from "@kiln/go-template";

/** Milliseconds in the words of Packer's summary: `1 minute 3 seconds`. */
export function durationWords(ms: number): string {
  return humanizeDuration(BigInt(Math.round(ms * 1e6)));
}
