/** A remote `scp` command line, as clients start it. */
export interface ScpOptions {
  readonly direction: "sink" | "source";
  readonly recursive: boolean;
  readonly preserve: boolean;
  /** `-d`: the target must be a directory. */
  readonly directory: boolean;
  readonly paths: readonly string[];
}

/**
 * Recognises `scp -t …` and `scp -f …` where the command is nothing but that. Anything that needs a shell (a wildcard, a
 * variable, `sudo scp`, `a && b`) is undefined: the machine's own shell and scp run it.
 */
export function parseScp(command: string): ScpOptions | undefined {
  const words = plainWords(command);
  if (!words || !/^(?:\/usr\/bin\/|\/bin\/)?scp$/.test(words[0] ?? "")) return undefined;
  const flags = new Set<string>();
  let at = 1;
  for (; at < words.length && /^-[A-Za-z]+$/.test(words[at] ?? ""); at++)
    for (const flag of (words[at] ?? "").slice(1)) flags.add(flag);
  if (words[at] === "--") at++;
  const known = [...flags].every((flag) => "tfrpdvq".includes(flag));
  if (!known || flags.has("t") === flags.has("f")) return undefined;
  return {
    direction: flags.has("t") ? "sink" : "source",
    recursive: flags.has("r"),
    preserve: flags.has("p"),
    directory: flags.has("d"),
    paths: words.slice(at),
  };
}

/** Splits like a shell where quoting is all there is; undefined where a shell would do more. */
function plainWords(command: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  const token = /\s+|'([^']*)'|"([^"$`\\]*)"|\\([\s\S])|([^\s'"\\$`*?[\]{}()<>|&;~#!]+)|([\s\S])/gy;
  for (const match of command.trim().matchAll(token)) {
    const [all, single, double, escaped, plain, other] = match;
    if (other !== undefined) return undefined;
    const text = single ?? double ?? escaped ?? plain;
    if (text === undefined && /^\s/.test(all)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + (text ?? "");
  }
  if (word !== undefined) words.push(word);
  return words;
}
