import { messageOf } from "@kiln/sdk";

/** What went wrong, without the code and the system call that Node puts around it: `no space left on device`. */
export function failureText(error: unknown): string {
  const message = messageOf(error);
  return /^E[A-Z0-9]+: (.+?)(?:, \w+(?: '.*')?)?$/.exec(message)?.[1] ?? message;
}
