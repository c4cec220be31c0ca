import bcrypt from "bcryptjs";

/** `$2a$` hash with this salt of 16 bytes. */
export function hash(password: string, cost: number, salt: Uint8Array): string {
  const encoded = bcrypt.encodeBase64(salt, 16);
  const made = bcrypt.hashSync(password, `$2a$${String(cost).padStart(2, "0")}$${encoded}`);
  return made;
}
