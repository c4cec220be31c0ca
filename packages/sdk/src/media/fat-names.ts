import { StepError } from "../errors.ts";

/** An 11-byte short name as a directory entry holds it, and the entries before it that hold the long name. */
export interface FatName {
  readonly short: Uint8Array;
  readonly long: readonly Uint8Array[];
}

const plain = /^[A-Z0-9!#$%&'()@^_`{}~-]{1,8}(?:\.[A-Z0-9!#$%&'()@^_`{}~-]{1,3})?$/;
/** What no FAT name may hold. */
const forbidden = /[\u0000-\u001f"*/:<>?\\|]/;

/** The name as a FAT directory writes it. `taken` are the short names of the directory so far, and gets this one. */
export function fatName(name: string, taken: Set<string>): FatName {
  if (forbidden.test(name) || name.length > 255 || /^[. ]*$/.test(name))
    throw new StepError(`a floppy disk cannot hold a file named "${name}"`, { code: "floppy/bad-name" });
  const isPlain = plain.test(name) && !taken.has(name);
  const chosen = isPlain ? name : shortened(name, taken);
  taken.add(chosen);
  const short = shortBytes(chosen);
  return { short, long: isPlain ? [] : longEntries(name, short) };
}

/** `A long name.text` → `ALONGN~1.TEX`. */
function shortened(name: string, taken: ReadonlySet<string>): string {
  const upper = name.toUpperCase().replace(/[ .]+$/, "");
  const dot = upper.lastIndexOf(".");
  const clean = (text: string): string => text.replace(/[ .]/g, "").replace(/[^A-Z0-9!#$%&'()@^_`{}~-]/g, "_");
  const stem = clean(dot > 0 ? upper.slice(0, dot) : upper) || "_";
  const extension = clean(dot > 0 ? upper.slice(dot + 1) : "").slice(0, 3);
  const whole = (base: string): string => (extension ? `${base}.${extension}` : base);
  // A name whose only fault is its case needs no number.
  if (plain.test(upper) && !taken.has(upper)) return upper;
  for (let n = 1; ; n++) {
    const tail = `~${n}`;
    const candidate = whole(stem.slice(0, 8 - tail.length) + tail);
    if (!taken.has(candidate)) return candidate;
  }
}

function shortBytes(name: string): Uint8Array {
  const [stem = "", extension = ""] = name.split(".");
  return new TextEncoder().encode(stem.padEnd(8) + extension.padEnd(3));
}

/** VFAT entries of 13 UTF-16 units each, last part first. */
function longEntries(name: string, short: Uint8Array): readonly Uint8Array[] {
  const sum = short.reduce((n, byte) => ((((n & 1) << 7) | (n >> 1)) + byte) & 0xff, 0);
  const count = Math.ceil(name.length / 13);
  const offsets = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
  return Array.from({ length: count }, (_, i) => {
    const part = count - i;
    const entry = new Uint8Array(32);
    const view = new DataView(entry.buffer);
    entry[0] = part | (i === 0 ? 0x40 : 0);
    entry[11] = 0x0f;
    entry[13] = sum;
    for (const [at, offset] of offsets.entries()) {
      const unit = (part - 1) * 13 + at;
      view.setUint16(offset, unit < name.length ? name.charCodeAt(unit) : unit === name.length ? 0 : 0xffff, true);
    }
    return entry;
  });
}
