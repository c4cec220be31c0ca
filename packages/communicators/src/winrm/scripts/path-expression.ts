/**
 * A remote path as a PowerShell expression. `/` and `\` both separate; `$env:NAME`, `${env:NAME}` and `%NAME%` stand for the machine's
 * variables where it has them, as Packer's users write them; all else is taken literally.
 */
export function pathExpression(path: string): string {
  const bare = path
    .replaceAll("/", "\\")
    .replace(/^(['"])(.*)\1$/s, "$2")
    .replace(/^~(?=\\|$)/, "%USERPROFILE%")
    .replace(/\$\{env:([^}]+)\}|\$env:(\w+)/gi, (_all, braced?: string, plain?: string) => `%${braced ?? plain}%`);
  return bare.includes("%") ? `[Environment]::ExpandEnvironmentVariables(${literal(bare)})` : literal(bare);
}

/** Any text as a PowerShell string in single quotes; the language takes typographic ones for the same. */
export function literal(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201A\u201B]/g, "$&$&")}'`;
}
