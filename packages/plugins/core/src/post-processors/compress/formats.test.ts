import { randomBytes } from "node:crypto";
import { gunzipSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { blockGzipped } from "./bgzf.ts";
import { BlockPool } from "./block-pool.ts";
import { deflateEnd, deflatePiece } from "./deflate-blocks.ts";
import { formatOf, levelOf } from "./format.ts";
import { gzipped } from "./gzip.ts";
import { inOrder } from "./in-order.ts";
import { lz4Framed } from "./lz4.ts";
import { isMonotonous, textureOf } from "./texture.ts";
import { Xxh32 } from "./xxh32.ts";

async function* stream(bytes: Uint8Array, piece = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}
async function collected(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const effort = { level: undefined, atOnce: 4, pool: new BlockPool() };

it.each([
  ["x.tar", undefined, "tar", "none"],
  ["x.zip", undefined, "zip", "none"],
  ["x.gz", undefined, "none", "pgzip"],
  ["box-1.2.gz", undefined, "none", "pgzip"],
  ["x.tar.gz", undefined, "tar", "pgzip"],
  ["x.tar.lz4", undefined, "tar", "lz4"],
  ["x.bgzf", undefined, "none", "bgzf"],
  ["x.tar.xz", undefined, "tar", "xz"],
  ["x.tar.bzip2", undefined, "tar", "bzip2"],
  ["x.tgz", undefined, "tar", "pgzip"],
  ["x.TAR.GZ", undefined, "tar", "pgzip"],
  ["x", undefined, "tar", "pgzip"],
  ["packer_web_null", undefined, "tar", "pgzip"],
  ["x", "zip", "zip", "none"],
  ["x.tar", "lz4", "tar", "lz4"],
])("reads %s with format %s as %s and %s", (output, format, archive, algorithm) => {
  expect(formatOf(output, format)).toEqual({ archive, algorithm });
});

it("takes levels from 1 to 9", () => {
  expect([undefined, 0, -1, 1, 9, 12].map(levelOf)).toEqual([undefined, undefined, undefined, 1, 9, 9]);
});

it("tells random bytes from others", () => {
  const random = randomBytes(65_536);
  expect(textureOf(random)).toBe("random");
  expect(textureOf(Buffer.alloc(65_536, randomBytes(5_000)))).toBe("mixed");
  expect(textureOf(Buffer.concat([Buffer.alloc(9_000), random]))).toBe("mixed");
  expect(textureOf(Buffer.from(random.toString("base64")).subarray(0, 65_536))).toBe("plain");
  expect(textureOf(randomBytes(100))).toBe("plain");
  expect(isMonotonous(Buffer.alloc(65_536))).toBe(true);
  expect(isMonotonous(random)).toBe(false);
});

it("stores what looks random and deflates the rest, in one stream", async () => {
  const block = Buffer.concat([
    randomBytes(200_000),
    Buffer.alloc(300_000, "line\n"),
    randomBytes(70_000),
    Buffer.alloc(3),
  ]);
  const piece = await deflatePiece(block, undefined);
  expect(piece.length).toBeLessThan(345_000);
  expect(inflateRawSync(Buffer.concat([piece, deflateEnd])).equals(block)).toBe(true);
});

const anyBytes = fc
  .array(fc.tuple(fc.nat(90_000), fc.constantFrom("random", "zero", "text")), { maxLength: 8 })
  .map((parts) =>
    Buffer.concat(
      parts.map(([n, kind]) =>
        kind === "random" ? randomBytes(n) : Buffer.alloc(n, kind === "zero" ? 0 : "some text\n"),
      ),
    ),
  );

it("gives back through gzip what went in, as one member", async () => {
  await fc.assert(
    fc.asyncProperty(anyBytes, fc.integer({ min: 1, max: 200_000 }), async (bytes, piece) => {
      const made = await collected(gzipped(stream(bytes, piece), effort));
      expect(gunzipSync(made).equals(bytes)).toBe(true);
      expect(made.readUInt32LE(made.length - 4)).toBe(bytes.length);
    }),
    { numRuns: 30 },
  );
});

it("gives back through bgzf what went in, in members that say their length", async () => {
  await fc.assert(
    fc.asyncProperty(anyBytes, async (bytes) => {
      const made = await collected(blockGzipped(stream(bytes), effort));
      let at = 0;
      for (; at < made.length; at += made.readUInt16LE(at + 16) + 1) expect(made.readUInt32BE(at)).toBe(0x1f8b0804);
      expect(at).toBe(made.length);
      expect(gunzipSync(made).equals(bytes)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

it("gives back through lz4 what went in", async () => {
  const { decompressFrame } = await import("lz4-napi");
  const bytes = Buffer.concat([randomBytes(1_500_000), Buffer.alloc(1_500_000, "text\n")]);
  const made = await collected(lz4Framed(stream(bytes), effort));
  expect(made.length).toBeLessThan(1_600_000);
  expect((await decompressFrame(made)).equals(bytes)).toBe(true);
});

it.each([
  ["", 0x02cc5d05],
  ["a", 0x550d7456],
  ["abc", 0x32d153ff],
  ["Nobody inspects the spammish repetition", 0xe2293b2f],
])("hashes %j as xxHash does", (text, expected) => {
  const whole = new Xxh32();
  whole.add(Buffer.from(text));
  expect(whole.digest()).toBe(expected);
  const bytewise = new Xxh32();
  for (const byte of Buffer.from(text)) bytewise.add(Buffer.of(byte));
  expect(bytewise.digest()).toBe(expected);
});

it("keeps the order, never works on more than asked, and passes a failure on", async () => {
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const work = async (n: number): Promise<number> => {
    most = Math.max(most, ++running);
    // Later ones end first.
    if (n % 3 !== 2) await new Promise<void>((resolve) => ends.push(resolve));
    else for (const end of ends.splice(0).reverse()) end();
    running--;
    if (n === 10) throw new Error("ten");
    return n;
  };
  const seen: number[] = [];
  const numbers = (async function* () {
    for (let n = 0; n < 12; n++) yield n;
  })();
  await expect(
    (async () => {
      for await (const n of inOrder(numbers, 3, work)) seen.push(n);
    })(),
  ).rejects.toThrow("ten");
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(most).toBe(3);
});
