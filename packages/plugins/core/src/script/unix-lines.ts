const cr = 0x0d;
const lf = 0x0a;

/** Text with CRLF turned into LF and a final newline, as scripts are sent unless they are binary. Source: Packer's shell provisioner. */
export async function* unixLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let heldCr = false;
  let lineOpen = false;
  for await (const chunk of source) {
    if (chunk.length === 0) continue;
    const text: Buffer = heldCr
      ? Buffer.concat([Buffer.of(cr), chunk])
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    heldCr = text.at(-1) === cr;
    const kept = withoutCr(heldCr ? text.subarray(0, -1) : text);
    lineOpen = heldCr || (kept.length > 0 ? kept.at(-1) !== lf : lineOpen);
    if (kept.length > 0) yield kept;
  }
  if (lineOpen) yield Uint8Array.of(lf);
}

/** The text with every CR before an LF taken out. */
function withoutCr(text: Buffer): Uint8Array {
  let at = text.indexOf("\r\n");
  if (at < 0) return text;
  const out = Buffer.allocUnsafe(text.length);
  let from = 0;
  let length = 0;
  for (; at >= 0; at = text.indexOf("\r\n", at + 2)) {
    length += text.copy(out, length, from, at);
    from = at + 1;
  }
  length += text.copy(out, length, from);
  return out.subarray(0, length);
}
