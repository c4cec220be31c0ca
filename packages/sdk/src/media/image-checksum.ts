/** How the right bytes of a downloaded image are known. */
export type ImageChecksum =
  | { readonly by: "none" }
  | { readonly by: "digest"; readonly algorithm: ChecksumAlgorithm; readonly hex: string }
  /** A list of digests, at a path or URL. */
  | { readonly by: "list"; readonly source: string };
export type ChecksumAlgorithm = "md5" | "sha1" | "sha256" | "sha512";

/** Hex digits of each algorithm's digest. */
const digits: Readonly<Record<ChecksumAlgorithm, number>> = { md5: 32, sha1: 40, sha256: 64, sha512: 128 };
const algorithms = Object.keys(digits) as readonly ChecksumAlgorithm[];

/** The algorithm whose digests are that long. */
export function algorithmOfLength(hex: string): ChecksumAlgorithm | undefined {
  return algorithms.find((name) => digits[name] === hex.length);
}

/** Reads `none`, `TYPE:HEX`, a bare digest or `file:SOURCE`; a string says what is wrong with it. */
export function parseImageChecksum(written: string): ImageChecksum | string {
  if (written === "none") return { by: "none" };
  if (/^file:/i.test(written)) {
    const rest = written.slice("file:".length);
    // `file:SUMS` and `file:https://…` name the list itself; `file:///SUMS` is a URL of its own.
    const source = rest.startsWith("//") ? written : rest;
    return source === "" ? 'nothing after "file:" says where the list of checksums is' : { by: "list", source };
  }
  const colon = written.indexOf(":");
  const type = written.slice(0, Math.max(colon, 0)).toLowerCase();
  const hex = written
    .slice(colon + 1)
    .trim()
    .toLowerCase();
  const odd = /[^0-9a-f]/.exec(hex)?.[0];
  if (colon >= 0 && !isAlgorithm(type)) return `unsupported checksum type: ${type} in "${written}"`;
  if (odd !== undefined) return `invalid checksum: "${odd}" is no hexadecimal digit in "${written}"`;
  const algorithm = isAlgorithm(type) ? type : algorithmOfLength(hex);
  if (!algorithm) return `invalid checksum: no type has ${hex.length} hexadecimal digits, as "${written}" does`;
  if (hex.length !== digits[algorithm])
    return `invalid checksum: ${algorithm} has ${digits[algorithm]} hexadecimal digits, not ${hex.length}`;
  return { by: "digest", algorithm, hex };
}

function isAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(digits, name);
}
