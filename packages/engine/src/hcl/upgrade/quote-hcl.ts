const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };

/** Text as it stands between the quotes of an HCL string. */
export function escaped(text: string): string {
  return text
    .replace(/["\\\n\r\t]/g, (c) => escapes[c] ?? c)
    .replace(/[\0-\u0008\u000b\u000c\u000e-\u001f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/([$%])\{/g, "$1$1{");
}

export function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** A name that HCL2 can bear: letters, digits, `_` and `-`. */
export function identifier(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}_-]/gu, "_");
  return /^[\p{L}_]/u.test(plain) ? plain : `_${plain}`;
}
