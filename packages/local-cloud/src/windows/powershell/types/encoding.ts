import { decodePage, encodePage } from "../../system/text-encodings.ts";
import { count, itemsOf, text } from "../values/convert.ts";
import { NetObject, type Value } from "../values/value.ts";

/** A System.Text.Encoding. */
export class Encoding extends NetObject {
  readonly typeName: string;
  readonly page: number;
  constructor(page: number) {
    super();
    this.page = page;
    this.typeName =
      page === 65001
        ? "System.Text.UTF8Encoding"
        : page === 1200
          ? "System.Text.UnicodeEncoding"
          : page === 20127
            ? "System.Text.ASCIIEncoding"
            : "System.Text.SBCSCodePageEncoding";
  }
  override get(name: string): Value | undefined {
    const wanted = name.toLowerCase();
    if (wanted === "codepage") return this.page;
    return wanted === "webname" ? `windows-${this.page}` : undefined;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const [first = null, from, length] = args;
    if (name === "getbytes") return Uint8Array.from(encodePage(text(first), this.page));
    if (name === "getbytecount") return encodePage(text(first), this.page).length;
    if (name !== "getstring" && name !== "getchars") return undefined;
    const bytes = first instanceof Uint8Array ? first : Uint8Array.from(itemsOf(first).map((item) => count(item)));
    const start = from === undefined ? 0 : count(from);
    return decodePage(bytes.subarray(start, length === undefined ? undefined : start + count(length)), this.page);
  }
}

/** `[Text.Encoding]::NAME`; undefined for a name that it has not. */
export function namedEncoding(name: string): Encoding | undefined {
  const page = { utf8: 65001, unicode: 1200, ascii: 20127, default: 1252 }[name.toLowerCase()];
  return page === undefined ? undefined : new Encoding(page);
}
