import { randomUUID } from "node:crypto";

/** PACKER_RUN_UUID of this command. Always a new one: a build started from another build's script has a journal of its own. */
export function newRunUuid(): string {
  return randomUUID();
}
