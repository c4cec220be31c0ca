import type { Host } from "@kiln/sdk";

type Source = Pick<Host, "random">;

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
