/**
 * Text for inside `"…"` in PowerShell, where it means itself. The typographic quotes count as quotes there, so they are escaped too.
 * Single quotes are escaped as Packer does.
 */
export function escapedForPowershell(text: string): string {
  return text.replace(/[`$"'\u201c\u201d\u201e]/g, "`$&");
}

/** A PowerShell literal that means exactly this text. The typographic single quotes end a literal just as `'` does. */
export function powershellLiteral(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
}

/**
 * A script file as Windows PowerShell reads it right: without a byte order mark it takes the bytes for the system's own code page, so
 * text beyond ASCII gets one.
 */
export function powershellFile(text: string): Uint8Array {
  const ascii = /^[\x00-\x7f]*$/.test(text);
  return new TextEncoder().encode(ascii || text.startsWith("\ufeff") ? text : `\ufeff${text}`);
}

/** The value of `-EncodedCommand`: UTF-16 little endian in base64. Any shell passes it on unchanged. */
export function encodedCommand(script: string): string {
  let bytes = "";
  for (let i = 0; i < script.length; i++) {
    const unit = script.charCodeAt(i);
    bytes += String.fromCharCode(unit & 0xff, unit >> 8);
  }
  return btoa(bytes);
}

/** A file to be written by a script: its bytes travel inside the script. */
export interface CarriedFile {
  /** Absolute: .NET does not know PowerShell's current directory. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** The PowerShell statement that writes the file. */
export function writeCarriedFile({ path, content }: CarriedFile): string {
  let bytes = "";
  for (const byte of content) bytes += String.fromCharCode(byte);
  return `[System.IO.File]::WriteAllBytes(${powershellLiteral(path)}, [System.Convert]::FromBase64String('${btoa(bytes)}'))`;
}

/** The PowerShell statement that removes files, those that are there. Variables in a path (`$env:TEMP`) count. */
export function removeFiles(paths: readonly string[]): string {
  return `Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath ${paths.map(pathWord).join(", ")}`;
}

function pathWord(path: string): string {
  return path.includes("$") ? `"${path.replace(/[`"]/g, "`$&")}"` : powershellLiteral(path);
}
