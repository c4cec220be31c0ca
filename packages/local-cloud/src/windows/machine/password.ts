import { constants, publicEncrypt, randomInt } from "node:crypto";
import { publicKeyOf } from "../../ec2/key-material.ts";

const letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const marks = "!@#$%*()-=+?.;&";

/** A random administrator's password as EC2's agent makes one: with letters of both cases, digits and marks. */
export function randomPassword(): string {
  for (;;) {
    const made = Array.from({ length: 32 }, () =>
      randomInt(6) === 0 ? marks[randomInt(marks.length)] : letters[randomInt(letters.length)],
    ).join("");
    if (/[a-z]/.test(made) && /[A-Z]/.test(made) && /\d/.test(made) && /[^\w]/.test(made)) return made;
  }
}

/** What GetPasswordData gives: encrypted for the key pair, base64. */
export function encryptedPassword(password: string, publicKey: string): string | undefined {
  const key = publicKey.startsWith("ssh-rsa ") ? publicKeyOf(publicKey) : undefined;
  return key && publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(password)).toString("base64");
}
