/** A line of a stream as a remote PowerShell writes it. */
export interface ClixmlLine {
  readonly stream: "Error" | "Warning" | "Verbose" | "Debug";
  readonly line: string;
}

/** What powershell.exe writes to standard error for programs: lines of text in XML. */
export function clixml(lines: readonly ClixmlLine[]): string {
  const parts = lines.map(({ stream, line }) => `<S S="${stream}">${escaped(line)}_x000D__x000A_</S>`);
  return `#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">${parts.join("")}</Objs>`;
}

function escaped(line: string): string {
  return line
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")
    .replace(/[\u0000-\u001f\u007f]/g, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
