/** One member of an archive that is written. */
export interface TarEntry {
  /** With `/`, relative, without a slash at the end. */
  readonly name: string;
  readonly kind: "file" | "directory" | "link";
  /** Where a symbolic link leads, as it is written in it. */
  readonly target?: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes that follow; 0 for all but files. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly modified: number;
}

const block = 512;
const largestOctal = 0o77777777777;
const typeFlags = { file: "0", link: "2", directory: "5" } as const;

/**
 * The head of a member: one block, with a pax head before it where a name or a number does not fit. Source: POSIX.1-2001 pax.
 */
export function tarHead(entry: TarEntry): Uint8Array {
  const name = entry.kind === "directory" ? `${entry.name}/` : entry.name;
  const { target = "" } = entry;
  const records = [
    ...(isPlain(name) ? [] : [paxRecord("path", name)]),
    ...(isPlain(target) ? [] : [paxRecord("linkpath", target)]),
    ...(entry.size > largestOctal ? [paxRecord("size", String(entry.size))] : []),
    ...(entry.uid > 0o7777777 ? [paxRecord("uid", String(entry.uid))] : []),
    ...(entry.gid > 0o7777777 ? [paxRecord("gid", String(entry.gid))] : []),
  ];
  const inBlock = { ...entry, target: isPlain(target) ? target : "pax" };
  const own = headBlock(isPlain(name) ? name : "pax", typeFlags[entry.kind], inBlock, entry.size);
  if (records.length === 0) return own;
  const pax = Buffer.concat(records);
  const { modified } = entry;
  const head = headBlock("pax", "x", { mode: 0o644, uid: 0, gid: 0, modified }, pax.length);
  return Buffer.concat([head, pax, tarPadding(pax.length), own]);
}

/** What fills the last block of a member. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((block - (size % block)) % block);
}

/** Two empty blocks end an archive. */
export const tarEnd: Uint8Array = new Uint8Array(2 * block);

/** Fits into the field of a block. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && text.length <= 100;
}

function headBlock(
  name: string,
  type: string,
  entry: Omit<TarEntry, "name" | "kind" | "size">,
  size: number,
): Uint8Array {
  const head = Buffer.alloc(block);
  head.write(name, 0, 100, "latin1");
  number(head, 100, 8, entry.mode & 0o7777);
  number(head, 108, 8, entry.uid);
  number(head, 116, 8, entry.gid);
  number(head, 124, 12, size);
  number(head, 136, 12, entry.modified);
  head.write("        ", 148, "latin1");
  head.write(type, 156, "latin1");
  head.write(entry.target ?? "", 157, 100, "latin1");
  head.write("ustar\x0000", 257, "latin1");
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\x00 `, 148, "latin1");
  return head;
}

function number(head: Buffer, at: number, width: number, value: number): void {
  const digits = Math.max(0, Math.trunc(value)).toString(8);
  // What does not fit stands in the pax head.
  if (digits.length < width) head.write(digits.padStart(width - 1, "0"), at, "latin1");
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
