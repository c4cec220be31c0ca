import { type Host, StepError } from "@kiln/sdk";

/** A file in an uncompressed tar archive. */
export interface OvaMember {
  readonly name: string;
  readonly size: number;
  /** Where its bytes begin in the archive. */
  readonly start: number;
}

const blockSize = 512;

/** What an OVA holds. Reads the headers only: the disks stay where they are. */
export async function ovaMembers(path: string, host: Host): Promise<readonly OvaMember[]> {
  const members: OvaMember[] = [];
  let longName: string | undefined;
  let longSize: number | undefined;
  for (let at = 0; ; ) {
    const header = await bytesAt(path, at, blockSize, host);
    if (header.length < blockSize || header.every((byte) => byte === 0)) return members;
    if (!sumFits(header)) throw notAnOva(path);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = longSize ?? numberAt(header, 124, 12);
    const start = at + blockSize;
    at = start + Math.ceil(size / blockSize) * blockSize;
    if (type === "L") longName = textOf(await bytesAt(path, start, size, host));
    else if (type === "x") {
      const records = paxRecords(await bytesAt(path, start, size, host));
      longName = records.get("path") ?? longName;
      longSize = records.has("size") ? Number(records.get("size")) : undefined;
    } else {
      if (type === "0" || type === "\0") members.push({ name: longName ?? nameIn(header), size, start });
      longName = undefined;
      longSize = undefined;
    }
  }
}

function notAnOva(path: string): StepError {
  return new StepError(`${path} is not an OVA: it is no tar archive, or a damaged one`, { code: "vagrant/bad-ova" });
}

async function bytesAt(path: string, start: number, length: number, host: Host): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  for await (const piece of host.files.read(path, { start, end: start + length })) pieces.push(piece);
  return Buffer.concat(pieces);
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function nameIn(header: Uint8Array): string {
  const prefix = textOf(header.subarray(257, 262)) === "ustar" ? textOf(header.subarray(345, 500)) : "";
  const name = textOf(header.subarray(0, 100));
  return prefix ? `${prefix}/${name}` : name;
}

/** Octal text, or big-endian binary where the first bit is set. */
function numberAt(header: Uint8Array, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if ((field[0] ?? 0) & 0x80) return field.subarray(1).reduce((n, byte) => n * 256 + byte, 0);
  return Number.parseInt(textOf(field).trim() || "0", 8);
}

function sumFits(header: Uint8Array): boolean {
  const sum = header.reduce((n, byte, i) => n + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  return numberAt(header, 148, 8) === sum;
}

function paxRecords(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    const [, key, value] = /^\d+ ([^=]+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) records.set(key, value ?? "");
  }
  return records;
}
