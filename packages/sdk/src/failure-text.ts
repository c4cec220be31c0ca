import { codeOf, messageOf } from "./errors.ts";

/** As the operating system says them; Node's own words for some differ. */
const words: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  ENOTDIR: "not a directory",
  EISDIR: "is a directory",
};

/** What went wrong, without the code and the system call that Node puts around it: `no space left on device`. */
export function failureText(error: unknown): string {
  const message = messageOf(error);
  const plain = /^E[A-Z0-9]+: (.+?)(?:, \w+(?: '.*')?)?$/.exec(message)?.[1];
  return plain === undefined ? message : (words[codeOf(error) ?? ""] ?? plain);
}
