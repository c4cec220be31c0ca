import { StepError } from "../errors.ts";
import { type FatName, fatName } from "./fat-names.ts";

/** A 1.44 MB floppy disk with a FAT12 file system. Source: Microsoft's FAT specification. */
const sector = 512;
const sectors = 2880;
const fatSectors = 9;
const rootEntries = 224;
const rootStart = 1 + 2 * fatSectors;
const dataStart = rootStart + (rootEntries * 32) / sector;
/** One sector is one cluster; they count from 2. */
const clusters = sectors - dataStart;

/** Bytes that a floppy disk can hold at the most. */
export const floppyCapacity = clusters * sector;

export interface FloppyFile {
  /** Names joined with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly modified: Date;
}
type Folder = Map<string, { readonly name: string; readonly modified: Date; readonly content: Folder | Uint8Array }>;

/** The bytes of a floppy disk that holds these files. */
export function floppyImage(files: readonly FloppyFile[], label: string): Uint8Array {
  const root: Folder = new Map();
  for (const file of files) place(root, file);
  const disk = new Disk(files.reduce((n, f) => n + f.bytes.length, 0));
  disk.writeBoot(label);
  disk.writeRoot(root, label);
  return disk.bytes;
}

function place(root: Folder, { path, bytes, modified }: FloppyFile): void {
  const names = path.split("/");
  const last = names.pop() ?? "";
  let folder = root;
  for (const name of names) {
    const found = folder.get(name.toLowerCase());
    if (found?.content instanceof Uint8Array) throw taken(name);
    const next: Folder = found?.content instanceof Map ? found.content : new Map();
    if (!found) folder.set(name.toLowerCase(), { name, modified, content: next });
    folder = next;
  }
  if (folder.has(last.toLowerCase())) throw taken(last);
  folder.set(last.toLowerCase(), { name: last, modified, content: bytes });
}

function taken(name: string): StepError {
  return new StepError(`name already exists on the floppy disk: ${name} (upper and lower case are the same there)`, {
    code: "floppy/same-name",
  });
}

class Disk {
  readonly bytes = new Uint8Array(sectors * sector);
  readonly #view = new DataView(this.bytes.buffer);
  readonly #wanted: number;
  #next = 2;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  writeBoot(label: string): void {
    const { bytes } = this;
    // Jump over the parameters; then: no system here, let the firmware try the next disk (int 18h).
    bytes.set([0xeb, 0x3c, 0x90], 0);
    bytes.set(new TextEncoder().encode("KILN    "), 3);
    const small: readonly (readonly [number, number])[] = [
      [11, sector],
      [14, 1],
      [17, rootEntries],
      [19, sectors],
      [22, fatSectors],
      [24, 18],
      [26, 2],
    ];
    for (const [at, value] of small) this.#view.setUint16(at, value, true);
    bytes[13] = 1;
    bytes[16] = 2;
    bytes[21] = 0xf0;
    bytes[38] = 0x29;
    bytes.set(labelBytes(label), 43);
    bytes.set(new TextEncoder().encode("FAT12   "), 54);
    bytes.set([0xcd, 0x18, 0xeb, 0xfe], 0x3e);
    bytes.set([0x55, 0xaa], 510);
    this.#link(0, 0xff0);
    this.#link(1, 0xfff);
  }

  writeRoot(root: Folder, label: string): void {
    const volume = entry(labelBytes(label), 0x08, 0, 0, new Date(315_532_800_000));
    const entries = [volume, ...this.#entries(root, 0)];
    if (entries.length > rootEntries)
      throw new StepError(
        `too many files in the root of the floppy disk: their names need ${entries.length} of ${rootEntries} entries. Put some into a directory (floppy_dirs)`,
        { code: "floppy/full" },
      );
    for (const [i, e] of entries.entries()) this.bytes.set(e, rootStart * sector + i * 32);
  }

  /** Writes what the folder holds; gives its directory entries. */
  #entries(folder: Folder, parent: number): Uint8Array[] {
    const short = new Set<string>();
    return [...folder.values()].flatMap(({ name, modified, content }) => {
      const written: FatName = fatName(name, short);
      const size = content instanceof Uint8Array ? content.length : 0;
      const start =
        content instanceof Uint8Array ? this.#writeChain(content) : this.#writeFolder(content, parent, modified);
      const attributes = content instanceof Uint8Array ? 0x20 : 0x10;
      return [...written.long, entry(written.short, attributes, start, size, modified)];
    });
  }

  #writeFolder(folder: Folder, parent: number, modified: Date): number {
    // The place must be known before what is inside can point back to it; the names alone tell the length.
    const short = new Set<string>();
    const count = [...folder.values()].reduce((n, { name }) => n + 1 + fatName(name, short).long.length, 2);
    const start = this.#writeChain(new Uint8Array(Math.ceil((count * 32) / sector) * sector));
    const dots = [
      entry(new TextEncoder().encode(".          "), 0x10, start, 0, modified),
      entry(new TextEncoder().encode("..         "), 0x10, parent, 0, modified),
    ];
    for (const [i, e] of [...dots, ...this.#entries(folder, start)].entries())
      this.bytes.set(e, offsetOf(start) + i * 32);
    return start;
  }

  /** Consecutive clusters; 0 for an empty file. */
  #writeChain(content: Uint8Array): number {
    const count = Math.ceil(content.length / sector);
    if (count === 0) return 0;
    const start = this.#next;
    if (start + count - 2 > clusters)
      throw new StepError(
        `a floppy disk holds ${floppyCapacity} bytes, fewer than these files need (${this.#wanted} and their directories). A CD (cd_files) holds more`,
        { code: "floppy/full" },
      );
    this.#next += count;
    this.bytes.set(content, offsetOf(start));
    for (let i = 0; i < count; i++) this.#link(start + i, i === count - 1 ? 0xfff : start + i + 1);
    return start;
  }

  /** Entries of 12 bits, two in three bytes, in both copies of the table. */
  #link(cluster: number, value: number): void {
    for (const table of [1, 1 + fatSectors]) {
      const at = table * sector + Math.floor(cluster * 1.5);
      const old = this.#view.getUint16(at, true);
      this.#view.setUint16(at, cluster % 2 === 0 ? (old & 0xf000) | value : (old & 0x000f) | (value << 4), true);
    }
  }
}

function offsetOf(cluster: number): number {
  return (dataStart + cluster - 2) * sector;
}

/** As it is written: the firmware does not care about case, and those who look for a label may. */
function labelBytes(label: string): Uint8Array {
  const bytes = new Uint8Array(11).fill(0x20);
  bytes.set(new TextEncoder().encode(label.replace(/[^ A-Za-z0-9!#$%&'()@^_`{}~-]/g, "_")).subarray(0, 11));
  return bytes;
}

function entry(name: Uint8Array, attributes: number, start: number, size: number, modified: Date): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  bytes.set(name, 0);
  bytes[11] = attributes;
  // FAT has no time zone and begins in 1980: UTC, so that the same files give the same disk everywhere.
  const year = Math.min(Math.max(modified.getUTCFullYear(), 1980), 2107);
  const time = (modified.getUTCHours() << 11) | (modified.getUTCMinutes() << 5) | (modified.getUTCSeconds() >> 1);
  const day = ((year - 1980) << 9) | ((modified.getUTCMonth() + 1) << 5) | modified.getUTCDate();
  for (const at of [14, 22]) view.setUint16(at, time, true);
  for (const at of [16, 18, 24]) view.setUint16(at, day, true);
  view.setUint16(26, start, true);
  view.setUint32(28, size, true);
  return bytes;
}
