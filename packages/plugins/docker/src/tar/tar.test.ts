import { expect, it } from "vitest";
import { readTar } from "./read-tar.ts";
import { type TarEntry, tarEnd, tarHead, tarPadding } from "./write-tar.ts";

const plain = { kind: "file", mode: 0o640, uid: 0, gid: 0, modified: 1_700_000_000 } as const;

it.each<[string, Partial<TarEntry>]>([
  ["a plain name", { name: "file" }],
  ["a long name", { name: `${"d".repeat(90)}/${"f".repeat(120)}` }],
  ["other letters", { name: "grüße-日本語-🙂" }],
  ["a directory", { name: "some dir", kind: "directory", size: 0 }],
  ["large owners", { name: "x", uid: 4_000_000_000, gid: 3_000_000_000 }],
  ["the mode", { name: "x", mode: 0o4755 }],
  ["a link", { name: "x", kind: "link", size: 0, target: "../some where" }],
  ["a link that leads far", { name: "x", kind: "link", size: 0, target: `${"d".repeat(90)}/${"f".repeat(120)}` }],
  ["a link to other letters", { name: "ü", kind: "link", size: 0, target: "/grüße-日本語-🙂" }],
])("reads %s as it was written", async (_, given) => {
  const content = Buffer.from(given.size === 0 ? "" : "some content");
  const entry: TarEntry = { ...plain, name: "", size: content.length, ...given };
  const archive = Buffer.concat([tarHead(entry), content, tarPadding(content.length), tarEnd]);
  const cut = (async function* () {
    for (let at = 0; at < archive.length; at += 700) yield archive.subarray(at, at + 700);
  })();
  const found: unknown[] = [];
  for await (const { head, bytes } of readTar(cut)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of bytes) pieces.push(piece);
    const { name, mode, type, linkname } = head;
    // What reads here leaves large numbers in the pax head.
    const pax = (head.pax ?? {}) as Readonly<Record<string, string>>;
    const [uid, gid] = [Number(pax["uid"] ?? head.uid), Number(pax["gid"] ?? head.gid)];
    found.push({
      name: name.replace(/\/$/, ""),
      mode,
      uid,
      gid,
      kind: type,
      target: linkname,
      text: Buffer.concat(pieces).toString(),
    });
  }
  const { name, mode, uid, gid, target = null } = entry;
  const kind = entry.kind === "link" ? "symlink" : entry.kind;
  expect(found).toEqual([{ name, mode, uid, gid, kind, target, text: content.toString() }]);
});

it("says so when the archive ends early", async () => {
  const head = tarHead({ ...plain, name: "x", size: 5000 });
  const cut = (async function* () {
    yield Buffer.concat([head, Buffer.alloc(100)]);
  })();
  const reading = (async () => {
    for await (const { bytes } of readTar(cut)) for await (const _ of bytes);
  })();
  await expect(reading).rejects.toThrow();
});
