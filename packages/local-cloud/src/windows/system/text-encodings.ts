/** Code pages of 1981 and 1993, which programs without Unicode still use. */
const page437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
const page1252High = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

function tableFor(page: number): {
  readonly decode: (byte: number) => string;
  readonly encode: ReadonlyMap<string, number>;
} {
  const decode =
    page === 437
      ? (byte: number): string => (byte < 128 ? String.fromCharCode(byte) : (page437[byte - 128] ?? "?"))
      : (byte: number): string =>
          byte >= 128 && byte < 160 ? (page1252High[byte - 128] ?? "?") : String.fromCharCode(byte);
  return { decode, encode: new Map(Array.from({ length: 256 }, (_, byte) => [decode(byte), byte])) };
}
const tables = new Map([437, 1252].map((page) => [page, tableFor(page)]));

/** Text as bytes of a code page (437, 1252, 65001 = UTF-8, 1200 = UTF-16); what it lacks becomes `?`. */
export function encodePage(text: string, page: number): Buffer {
  if (page === 65001) return Buffer.from(text, "utf8");
  if (page === 1200) return Buffer.from(text, "utf16le");
  if (page === 20127)
    return Buffer.from(Array.from(text, (char) => (char.charCodeAt(0) < 128 ? char.charCodeAt(0) : 63)));
  const table = tables.get(page) ?? tables.get(437);
  return Buffer.from(Array.from(text, (char) => table?.encode.get(char) ?? 63));
}

export function decodePage(bytes: Uint8Array, page: number): string {
  if (page === 65001) return Buffer.from(bytes).toString("utf8");
  if (page === 1200) return Buffer.from(bytes).toString("utf16le");
  const table = tables.get(page) ?? tables.get(437);
  let text = "";
  for (const byte of bytes) text += table?.decode(byte) ?? "?";
  return text;
}

/** Text of a file as Windows PowerShell reads it: by its mark, and without one as the system's code page (1252). */
export function decodeFile(bytes: Uint8Array, page = 1252): string {
  const [a, b, c] = bytes;
  if (a === 0xff && b === 0xfe) return Buffer.from(bytes.subarray(2)).toString("utf16le");
  if (a === 0xfe && b === 0xff) return Buffer.from(bytes.slice(2)).swap16().toString("utf16le");
  if (a === 0xef && b === 0xbb && c === 0xbf) return Buffer.from(bytes.subarray(3)).toString("utf8");
  return decodePage(bytes, page);
}

/** How cmdlets write text, by the name that `-Encoding` takes; undefined for a name that they do not know. */
export function fileEncoding(name: string): { readonly mark: Uint8Array; readonly page: number } | undefined {
  switch (name.toLowerCase()) {
    case "unicode":
    case "utf-16":
    case "utf16":
      return { mark: Uint8Array.of(0xff, 0xfe), page: 1200 };
    case "utf8":
      return { mark: Uint8Array.of(0xef, 0xbb, 0xbf), page: 65001 };
    case "ascii":
      return { mark: new Uint8Array(), page: 20127 };
    case "default":
    case "string":
      return { mark: new Uint8Array(), page: 1252 };
    case "oem":
      return { mark: new Uint8Array(), page: 437 };
    default:
      return undefined;
  }
}
