import type { Host } from "@kiln/sdk";

type Source = Pick<Host, "random" | "clock">;

/** A UUID whose first 32 bits are Unix seconds, so that names sort by age. Source: Packer's `uuid`. */
export function timeOrderedUuid({ random, clock }: Source): string {
  const seconds = Math.floor(clock.now().getTime() / 1000) >>> 0;
  const hex = seconds.toString(16).padStart(8, "0") + Buffer.from(random.bytes(12)).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** Random letters and digits. */
export function randomAlphanumeric(length: number, { random }: Source): string {
  // 248 is the largest multiple of 62 below 256: bytes above it would favour the first letters.
  let text = "";
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < 248 && text.length < length) text += alphanumeric[byte % 62];
    }
  }
  return text;
}

const allowedByte = /[A-Za-z0-9()[\] ./'@_-]/;
/** The template function: every byte that an image name may not hold becomes a dash. */
export function cleanResourceName(name: string): string {
  return Array.from(Buffer.from(name), (byte) => {
    const char = String.fromCharCode(byte);
    return byte < 128 && allowedByte.test(char) ? char : "-";
  }).join("");
}
