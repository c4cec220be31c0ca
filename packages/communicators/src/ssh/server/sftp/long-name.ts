import type { Attributes } from "../files/machine-files.ts";

const kinds: Readonly<Record<number, string>> = { 1: "p", 2: "c", 4: "d", 6: "b", 8: "-", 10: "l", 12: "s" };
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Milliseconds after which `ls` shows the year in place of the time of day. */
const halfYear = 182 * 86_400_000;

/** The `ls -l` line that version 3 sends along with each name: people read it, programs read the attributes. `now` in milliseconds. */
export function longName(name: string, { size = 0, owner, mode = 0, times }: Attributes, now: number): string {
  const kind = kinds[(mode >> 12) & 0o17] ?? "?";
  const bits = "rwxrwxrwx".replaceAll(/./g, (letter, at: number) => (mode & (0o400 >> at) ? letter : "-"));
  const date = new Date((times?.modified ?? 0) * 1000);
  const clock = Math.abs(now - date.getTime()) < halfYear ? date.toTimeString().slice(0, 5) : ` ${date.getFullYear()}`;
  const who = `${String(owner?.uid ?? 0).padEnd(8)} ${String(owner?.gid ?? 0).padEnd(8)}`;
  const day = String(date.getDate()).padStart(2);
  return `${kind}${bits}    1 ${who} ${String(size).padStart(8)} ${months[date.getMonth()]} ${day} ${clock} ${name}`;
}
