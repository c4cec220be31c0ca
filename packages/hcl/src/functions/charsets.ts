/** A character encoding by its official IANA name. Both ways give undefined for what cannot be represented. */
export interface Charset {
  readonly name: string;
  encode(text: string): Uint8Array | undefined;
  decode(bytes: Uint8Array): string | undefined;
}

/** Official name, label of the platform's decoder, other names. Names compare without regard to case. */
const TABLE: readonly (readonly [name: string, label: string, ...aliases: string[]])[] = [
  [
    "US-ASCII",
    "ascii",
    "ascii",
    "iso-ir-6",
    "ansi_x3.4-1968",
    "ansi_x3.4-1986",
    "iso_646.irv:1991",
    "iso646-us",
    "us",
    "ibm367",
    "cp367",
    "csascii",
  ],
  [
    "ISO_8859-1:1987",
    "latin1",
    "iso-8859-1",
    "iso_8859-1",
    "iso-ir-100",
    "latin1",
    "l1",
    "ibm819",
    "cp819",
    "csisolatin1",
  ],
  ["ISO_8859-2:1987", "iso-8859-2", "iso-8859-2", "iso_8859-2", "iso-ir-101", "latin2", "l2", "csisolatin2"],
  ["ISO_8859-3:1988", "iso-8859-3", "iso-8859-3", "iso_8859-3", "iso-ir-109", "latin3", "l3", "csisolatin3"],
  ["ISO_8859-4:1988", "iso-8859-4", "iso-8859-4", "iso_8859-4", "iso-ir-110", "latin4", "l4", "csisolatin4"],
  ["ISO_8859-5:1988", "iso-8859-5", "iso-8859-5", "iso_8859-5", "iso-ir-144", "cyrillic", "csisolatincyrillic"],
  [
    "ISO_8859-6:1987",
    "iso-8859-6",
    "iso-8859-6",
    "iso_8859-6",
    "iso-ir-127",
    "ecma-114",
    "asmo-708",
    "arabic",
    "csisolatinarabic",
  ],
  [
    "ISO_8859-7:1987",
    "iso-8859-7",
    "iso-8859-7",
    "iso_8859-7",
    "iso-ir-126",
    "elot_928",
    "ecma-118",
    "greek",
    "greek8",
    "csisolatingreek",
  ],
  ["ISO_8859-8:1988", "iso-8859-8", "iso-8859-8", "iso_8859-8", "iso-ir-138", "hebrew", "csisolatinhebrew"],
  ["ISO_8859-9:1989", "windows-1254", "iso-8859-9", "iso_8859-9", "iso-ir-148", "latin5", "l5", "csisolatin5"],
  ["ISO-8859-10", "iso-8859-10", "iso-ir-157", "l6", "iso_8859-10:1992", "csisolatin6", "latin6"],
  ["ISO-8859-13", "iso-8859-13", "csiso885913"],
  [
    "ISO-8859-14",
    "iso-8859-14",
    "iso-ir-199",
    "iso_8859-14:1998",
    "iso_8859-14",
    "latin8",
    "iso-celtic",
    "l8",
    "csiso885914",
  ],
  ["ISO-8859-15", "iso-8859-15", "iso_8859-15", "latin-9", "csiso885915"],
  ["ISO-8859-16", "iso-8859-16", "iso-ir-226", "iso_8859-16:2001", "iso_8859-16", "latin10", "l10", "csiso885916"],
  ["windows-1250", "windows-1250", "cswindows1250"],
  ["windows-1251", "windows-1251", "cswindows1251"],
  ["windows-1252", "windows-1252", "cswindows1252"],
  ["windows-1253", "windows-1253", "cswindows1253"],
  ["windows-1254", "windows-1254", "cswindows1254"],
  ["windows-1255", "windows-1255", "cswindows1255"],
  ["windows-1256", "windows-1256", "cswindows1256"],
  ["windows-1257", "windows-1257", "cswindows1257"],
  ["windows-1258", "windows-1258", "cswindows1258"],
  ["windows-874", "windows-874", "cswindows874"],
  ["KOI8-R", "koi8-r", "cskoi8r"],
  ["KOI8-U", "koi8-u", "cskoi8u"],
  ["IBM866", "ibm866", "cp866", "866", "csibm866"],
  ["macintosh", "macintosh", "mac", "csmacintosh"],
  ["Big5", "big5", "csbig5"],
  ["EUC-KR", "euc-kr", "cseuckr"],
  ["GBK", "gbk", "cp936", "ms936", "windows-936", "csgbk"],
  ["GB18030", "gb18030", "csgb18030"],
  ["Shift_JIS", "shift_jis", "ms_kanji", "csshiftjis"],
  ["Extended_UNIX_Code_Packed_Format_for_Japanese", "euc-jp", "euc-jp", "cseucpkdfmtjapanese"],
  ["UTF-8", "utf-8", "csutf8"],
  ["UTF-16", "utf-16", "csutf16"],
  ["UTF-16BE", "utf-16be", "csutf16be"],
  ["UTF-16LE", "utf-16le", "csutf16le"],
];

const made = new Map<string, Charset>();

/** The encoding of a name or alias; undefined if it is not supported. */
export function charset(given: string): Charset | undefined {
  const wanted = given.toLowerCase();
  const row = TABLE.find(([name, , ...aliases]) => name.toLowerCase() === wanted || aliases.includes(wanted));
  if (!row) return undefined;
  const [name, label] = row;
  let found = made.get(name);
  if (!found) {
    found = build(name, label);
    made.set(name, found);
  }
  return found;
}

function build(name: string, label: string): Charset {
  if (label === "ascii") return limited(name, 0x7f);
  if (label === "latin1") return limited(name, 0xff);
  if (label === "utf-8") return { name, encode: (text) => new TextEncoder().encode(text), decode: decoder("utf-8") };
  if (label.startsWith("utf-16")) return utf16(name, label);
  return mapped(name, label);
}

/** Code points up to `most`, one byte each. */
function limited(name: string, most: number): Charset {
  return {
    name,
    encode: (text) => {
      const codes = Array.from(text, (c) => c.codePointAt(0) ?? 0);
      return codes.every((code) => code <= most) ? Uint8Array.from(codes) : undefined;
    },
    decode: (bytes) =>
      bytes.every((b) => b <= most) ? Array.from(bytes, (b) => String.fromCharCode(b)).join("") : undefined,
  };
}

function decoder(label: string): (bytes: Uint8Array) => string | undefined {
  return (bytes) => {
    try {
      return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return undefined;
    }
  };
}

function utf16(name: string, label: string): Charset {
  const little = label === "utf-16le";
  const mark = label === "utf-16";
  return {
    name,
    encode: (text) => {
      const view = new DataView(new ArrayBuffer((text.length + (mark ? 1 : 0)) * 2));
      if (mark) view.setUint16(0, 0xfeff, little);
      for (let i = 0; i < text.length; i++) view.setUint16((i + (mark ? 1 : 0)) * 2, text.charCodeAt(i), little);
      return new Uint8Array(view.buffer);
    },
    decode: (bytes) => {
      if (!mark) return decoder(label)(bytes);
      if (bytes[0] === 0xff && bytes[1] === 0xfe) return decoder("utf-16le")(bytes.subarray(2));
      return decoder("utf-16be")(bytes[0] === 0xfe && bytes[1] === 0xff ? bytes.subarray(2) : bytes);
    },
  };
}

/** Whether the platform's decoder gives a control character where the encoding defines nothing. */
function undefinedControl(label: string, text: string): boolean {
  return label.startsWith("windows-") && /[\u0080-\u009f]/.test(text);
}

/** An encoding that the platform can decode; encoding goes through the reverse of that. */
function mapped(name: string, label: string): Charset {
  const decode = decoder(label);
  const strict = (bytes: Uint8Array): string | undefined => {
    const text = decode(bytes);
    return text !== undefined && undefinedControl(label, text) ? undefined : text;
  };
  let reverse: Map<string, readonly number[]> | undefined;
  return {
    name,
    decode: strict,
    encode: (text) => {
      reverse ??= reversed(label, strict);
      const out: number[] = [];
      for (const c of text) {
        const bytes = reverse.get(c) ?? (label === "gb18030" ? fourBytes(c, decode) : undefined);
        if (!bytes) return undefined;
        out.push(...bytes);
      }
      return Uint8Array.from(out);
    },
  };
}

function reversed(label: string, decode: (bytes: Uint8Array) => string | undefined): Map<string, readonly number[]> {
  const map = new Map<string, readonly number[]>();
  const add = (...bytes: number[]): void => {
    const c = decode(Uint8Array.from(bytes));
    // Some platforms answer with private-use characters where they know no better.
    if (c !== undefined && Array.from(c).length === 1 && !map.has(c) && !/\p{Co}/u.test(c)) map.set(c, bytes);
  };
  for (let b = 0; b < 256; b++) add(b);
  if (!/^(big5|euc-kr|gbk|gb18030|shift_jis|euc-jp)$/.test(label)) return map;
  const firsts = Array.from({ length: 0x7e }, (_, i) => 0x81 + i);
  // In Big5 the extension before 0xA1 comes last.
  if (label === "big5") firsts.push(...firsts.splice(0, 0x20));
  for (const first of firsts) {
    // Duplicates that encoders do not use.
    if (label === "shift_jis" && (first === 0xed || first === 0xee)) continue;
    for (let second = 0x40; second < 0xff; second++) add(first, second);
  }
  if (label === "euc-jp") {
    for (let first = 0xa1; first < 0xff; first++)
      for (let second = 0xa1; second < 0xff; second++) add(0x8f, first, second);
  }
  return map;
}

/** GB 18030 reaches everything else in four bytes, by position. */
function fourBytes(c: string, decode: (bytes: Uint8Array) => string | undefined): readonly number[] | undefined {
  const at = (pointer: number): number[] => [
    0x81 + Math.floor(pointer / 12_600),
    0x30 + (Math.floor(pointer / 1260) % 10),
    0x81 + (Math.floor(pointer / 10) % 126),
    0x30 + (pointer % 10),
  ];
  const code = c.codePointAt(0) ?? 0;
  if (code >= 0x10000) return at(189_000 + code - 0x10000);
  let low = 0;
  let high = 39_419;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = decode(Uint8Array.from(at(middle)))?.codePointAt(0) ?? 0x10000;
    if (found === code) return at(middle);
    if (found < code) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
