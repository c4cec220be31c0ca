/**
 * Patterns as in .gitignore: `*.log`, `node_modules/`, `/build`, `**` over directories, `!` to take back. Paths are relative to the copied
 * directory, with `/`.
 */
export function excluder(
  patterns: readonly string[] | undefined,
): ((path: string, directory: boolean) => boolean) | undefined {
  const rules = (patterns ?? []).flatMap((pattern) => rule(pattern) ?? []);
  if (rules.length === 0) return undefined;
  return (path, directory) => {
    let excluded = false;
    for (const { matches, directoriesOnly, takesBack } of rules) {
      if ((directory || !directoriesOnly) && matches.test(path)) excluded = !takesBack;
    }
    return excluded;
  };
}

interface Rule {
  readonly matches: RegExp;
  readonly directoriesOnly: boolean;
  readonly takesBack: boolean;
}

function rule(pattern: string): Rule | undefined {
  let text = pattern.replace(/(?<!\\)\s+$/, "");
  if (text === "" || text.startsWith("#")) return undefined;
  const takesBack = text.startsWith("!");
  if (takesBack) text = text.slice(1);
  const directoriesOnly = text.endsWith("/");
  text = text.replace(/\/+$/, "");
  // A slash that is not the last ties the pattern to the top.
  const tied = text.includes("/");
  text = text.replace(/^\//, "");
  if (text === "") return undefined;
  return { matches: new RegExp(`^${tied ? "" : "(?:.*/)?"}${globSource(text)}$`, "s"), directoriesOnly, takesBack };
}

/** A shell pattern as the source of a regular expression; `*` and `?` stop at `/`, `**` does not. */
export function globSource(glob: string): string {
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const rest = glob.slice(i);
    const char = glob[i] ?? "";
    const set = /^\[([!^]?)([^\]]+)\]/.exec(rest);
    if (rest.startsWith("**/")) {
      source += "(?:.*/)?";
      i += 2;
    } else if (rest.startsWith("**")) {
      source += ".*";
      i += 1;
    } else if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else if (set) {
      source += `[${set[1] ? "^/" : ""}${(set[2] ?? "").replace(/[\\[\]^]/g, "\\$&")}]`;
      i += set[0].length - 1;
    } else if (char === "\\" && i + 1 < glob.length) source += escaped(glob[++i] ?? "");
    else source += escaped(char);
  }
  return source;
}

function escaped(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
