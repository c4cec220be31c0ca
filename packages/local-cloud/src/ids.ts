import { createHash, randomBytes } from "node:crypto";

/** A new id as EC2 makes them: the prefix and 17 hexadecimal digits. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

/** The same id for the same words at every start: for what is made anew each time, such as default VPCs. */
export function settledId(prefix: string, ...words: readonly string[]): string {
  return `${prefix}-0${createHash("sha256").update(words.join("\n")).digest("hex").slice(0, 16)}`;
}

/** An id of IAM (`AROA…`). */
export function newIamId(prefix: "AROA" | "AIPA" | "AIDA" | "ASIA"): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + Array.from(randomBytes(16), (byte) => letters[byte % 32]).join("");
}
