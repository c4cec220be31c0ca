import { algorithmOfLength, type ChecksumAlgorithm } from "./image-checksum.ts";

/** One line of a list of digests. `file` is absent where the line holds a digest alone. */
interface ListedDigest {
  readonly algorithm: ChecksumAlgorithm;
  readonly hex: string;
  readonly file?: string;
}

/** BSD (`SHA256 (NAME) = HEX`), GNU (`HEX  NAME`, `HEX *NAME`, a leading backslash for escaped names) or a lone digest. */
function parseLine(line: string): ListedDigest | undefined {
  const bsd = /^(MD5|SHA1|SHA256|SHA512)\s*\((.+)\)\s*=\s*([0-9a-f]+)\s*$/i.exec(line);
  const gnu = /^(\\?)([0-9a-f]{32,128})(?:[ \t]+\*?(\S.*?))?\s*$/i.exec(line);
  const hex = (bsd?.[3] ?? gnu?.[2] ?? "").toLowerCase();
  const algorithm = algorithmOfLength(hex);
  if (!algorithm) return undefined;
  if (bsd) return bsd[1]?.toLowerCase() === algorithm ? { algorithm, hex, file: bsd[2] ?? "" } : undefined;
  const name = gnu?.[3];
  if (name === undefined) return { algorithm, hex };
  return { algorithm, hex, file: gnu?.[1] ? name.replace(/\\(.)/g, (_, c) => (c === "n" ? "\n" : c)) : name };
}

/** The directory part of a URL or path, with its final slash; empty where there is none. */
function folderOf(source: string): string {
  return source.slice(0, Math.max(source.lastIndexOf("/"), source.lastIndexOf("\\")) + 1);
}

/** `http://h/a/b/../c` → `http://h/a/c`; dots are resolved so that two ways to write a place compare equal. */
function normalised(source: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)?(.*)$/is.exec(source.replaceAll("\\", "/")) ?? [];
  const out: string[] = [];
  for (const part of rest.split("/")) {
    if (part === ".") continue;
    if (part === ".." && out.length > 0 && out.at(-1) !== "" && out.at(-1) !== "..") out.pop();
    else out.push(part);
  }
  return scheme.replace(/^file:\/\//i, "") + out.join("/");
}

/**
 * The digest of `image` (URL or path, without query) in a list that stands at `listSource`. A line's name may be relative to the list,
 * or the bare file name; a list whose only line is a digest without a name belongs to any image. The longest digest wins where there
 * are several.
 */
export function digestFromList(
  list: string,
  listSource: string,
  image: string,
): { readonly algorithm: ChecksumAlgorithm; readonly hex: string } | undefined {
  const digests = list
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map(parseLine)
    .filter((d) => d !== undefined);
  const wanted = normalised(image);
  const baseName = wanted.slice(wanted.lastIndexOf("/") + 1);
  const tiers: readonly ((d: ListedDigest) => boolean)[] = [
    (d) => d.file !== undefined && normalised(isWhole(d.file) ? d.file : folderOf(listSource) + d.file) === wanted,
    (d) => d.file !== undefined && normalised(d.file) === baseName,
    (d) => d.file !== undefined && normalised(d.file).split("/").at(-1) === baseName,
    (d) => d.file === undefined && digests.length === 1,
  ];
  for (const belongs of tiers) {
    const found = digests.filter(belongs).sort((a, b) => b.hex.length - a.hex.length);
    const [best] = found;
    if (!best) continue;
    // Two files of one name: guessing would check nothing.
    const isClear = found.every((d) => d.algorithm !== best.algorithm || d.hex === best.hex);
    return isClear ? { algorithm: best.algorithm, hex: best.hex } : undefined;
  }
  return undefined;
}

function isWhole(name: string): boolean {
  return name.startsWith("/") || /^[a-z][a-z0-9+.-]*:/i.test(name);
}
