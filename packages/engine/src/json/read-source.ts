import { caution, type Diagnostic } from "@kiln/sdk";
import { SourceText } from "./source-text.ts";

/**
 * Bytes of a file as text: a byte order mark is dropped; invalid UTF-8 becomes U+FFFD, as in Packer, but is told.
 */
export function readSource(
  text: string | Uint8Array,
  file: string,
): { readonly source: SourceText; readonly warnings: readonly Diagnostic[] } {
  if (typeof text === "string") return { source: new SourceText(text.replace(/^\ufeff/, ""), file), warnings: [] };
  try {
    return { source: new SourceText(new TextDecoder("utf-8", { fatal: true }).decode(text), file), warnings: [] };
  } catch {
    const source = new SourceText(new TextDecoder().decode(text), file);
    const at = source.text.indexOf("\ufffd");
    const warning = caution("json/invalid-utf8", "the file is not valid UTF-8", {
      detail: "Bytes that are no UTF-8 were replaced by U+FFFD.",
      subject: source.range(at, at + 1),
    });
    return { source, warnings: [warning] };
  }
}
