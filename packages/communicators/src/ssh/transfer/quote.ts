const plain = /^[\w@%+=:,./-]*$/;
const windows = /^[a-z]:[\\/]/i;
/** What a shell expands at the start of a path: `~`, `~user`, `$NAME`, `${NAME}`. */
const home = /^(~[\w.-]*|\$\w+|\$\{\w+\})(?=\/|$)/;
const globs = /(\*|\?|\[[\w!^.-]+\])/;

/**
 * A path as a word of a remote shell command. Plain paths stay as they are, as they do in Packer, and Windows paths get double quotes:
 * the shells there know no single ones. A first segment `~`, `~user`, `$NAME` or `${NAME}` is left for the remote shell to expand, as
 * users of Packer write it; all the rest is taken literally.
 */
export function remoteWord(path: string): string {
  if (windows.test(path)) return /^[^\s"&|<>^()]*$/.test(path) ? path : `"${path.replaceAll('"', "")}"`;
  const start = home.exec(path)?.[1] ?? "";
  const rest = safeStart(path).slice(start.length);
  if (start.startsWith("$")) return `"${start}"${literal(rest)}`;
  // A quoted slash would take the tilde its meaning.
  return start !== "" && rest !== "" ? `${start}/${literal(rest.slice(1))}` : start + literal(rest);
}

/** The same, with `*`, `?` and `[…]` left for the remote shell: sources of downloads may be patterns. */
export function remotePattern(path: string): string {
  if (!isPattern(path)) return remoteWord(path);
  const [first = "", ...rest] = safeStart(path).split(globs);
  return remoteWord(first) + rest.map((part, i) => (i % 2 === 0 ? part : literal(part))).join("");
}

export function isPattern(path: string): boolean {
  return globs.test(path);
}

/** A path that starts with a dash would be read as an option. */
function safeStart(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

function literal(text: string): string {
  return plain.test(text) ? text : quoted(text);
}

/** Any text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
