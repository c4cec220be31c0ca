/** A remote `scp` as clients start it. */
export interface ScpCommand {
  readonly direction: "to" | "from";
  readonly recursive: boolean;
  readonly preserve: boolean;
  /** `-d`: the target must be a directory. */
  readonly directory: boolean;
  readonly paths: readonly string[];
}

/**
 * Recognises `scp -t …` and `scp -f …` where the command is nothing but that. What needs a shell (a pattern, a variable, `sudo scp`) is
 * undefined: the machine's own shell and scp run it.
 */
export function parseScp(command: string): ScpCommand | undefined {
  const [program = "", ...rest] = plainWords(command) ?? [];
  if (!/^(?:\/usr)?(?:\/bin\/)?scp$/.test(program)) return undefined;
  const flags = new Set<string>();
  while (/^-[A-Za-z]+$/.test(rest[0] ?? "")) for (const letter of (rest.shift() ?? "").slice(1)) flags.add(letter);
  if (rest[0] === "--") rest.shift();
  const known = [...flags].every((letter) => "tfrpdvq".includes(letter));
  if (!known || flags.has("t") === flags.has("f") || rest.length === 0) return undefined;
  return {
    direction: flags.has("t") ? "to" : "from",
    recursive: flags.has("r"),
    preserve: flags.has("p"),
    directory: flags.has("d"),
    paths: rest,
  };
}

const word = /'([^']*)'|"([^"$`\\]*)"|\\([\s\S])|([^\s'"\\$`*?[\]{}()<>|&;~#!]+)|(\s+)|([\s\S])/gy;

/** Splits like a shell where quoting is all there is to it; undefined where a shell would do more. */
function plainWords(command: string): string[] | undefined {
  const words: string[] = [];
  let current: string | undefined;
  for (const [, single, double, escaped, plain, space, other] of command.trim().matchAll(word)) {
    if (other !== undefined) return undefined;
    if (space !== undefined) {
      if (current !== undefined) words.push(current);
      current = undefined;
    } else current = (current ?? "") + (single ?? double ?? escaped ?? plain ?? "");
  }
  if (current !== undefined) words.push(current);
  return words;
}
