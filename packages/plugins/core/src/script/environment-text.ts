/**
 * A Go format of two strings, as `env_var_format` gives it: `%s`, `%v`, `%q`, `%[2]s` and `%%`. What it lacks or has too much of is
 * marked as Go marks it.
 */
export function formatPair(format: string, name: string, value: string): string {
  const args = [name, value];
  let next = 0;
  let indexed = false;
  const text = format.replace(/%(?:\[(\d+)\])?([a-zA-Z%])/g, (_, index: string | undefined, verb: string) => {
    if (verb === "%") return "%";
    if (index !== undefined) {
      next = Number(index) - 1;
      indexed = true;
    }
    const arg = args[next++];
    if (arg === undefined) return index === undefined ? `%!${verb}(MISSING)` : `%!${verb}(BADINDEX)`;
    if (verb === "s" || verb === "v") return arg;
    return verb === "q" ? JSON.stringify(arg) : `%!${verb}(string=${arg})`;
  });
  const extra = indexed ? [] : args.slice(next);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.map((arg) => `string=${arg}`).join(", ")})`;
}

/** Quotes made safe for a value that stands in single quotes of a POSIX shell. */
function posixQuoted(value: string): string {
  return value.replaceAll("'", `'"'"'`);
}

/** All variables in the given format, one after the other. `escape` makes values safe for where they will stand. */
export function environmentText(
  variables: ReadonlyMap<string, string>,
  format: string,
  escape: (value: string) => string = posixQuoted,
): string {
  return [...variables].map(([name, value]) => formatPair(format, name, escape(value))).join("");
}
