import { generateKeyPairSync } from "node:crypto";

let rsa: string | undefined;
/** One key for the whole suite: generating takes time. */
export function testKey(): string {
  rsa ??= String(
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }),
  );
  return rsa;
}

/** Text in base64, as EC2 takes and gives it. */
export const base64 = (text: string): string => Buffer.from(text).toString("base64");
