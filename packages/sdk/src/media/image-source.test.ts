import { describe, expect, it } from "vitest";
import { digestFromList } from "./checksum-list.ts";
import { parseImageChecksum } from "./image-checksum.ts";
import { imageSource } from "./image-source.ts";
import { sha1 } from "./sha1.ts";

const linux = { platform: "linux", cwd: "/srv" };
const hex = (n: number, digit = "a"): string => digit.repeat(n);

describe("where an image is", () => {
  it.each([
    ["x.iso", { at: { path: "/srv/x.iso" }, name: "/srv/x.iso" }],
    ["/a b/x.iso", { at: { path: "/a b/x.iso" }, name: "/a b/x.iso" }],
    ["./what?.iso", { at: { path: "/srv/./what?.iso" }, name: "/srv/./what?.iso" }],
    ["file:///a%20b/x.iso", { at: { path: "/a b/x.iso" }, name: "/a b/x.iso" }],
    ["file://localhost/x+y.iso", { at: { path: "/x+y.iso" }, name: "/x+y.iso" }],
    ["https://h/x.iso", { at: { url: "https://h/x.iso" }, name: "https://h/x.iso" }],
    ["http::https://h/x.iso", { at: { url: "https://h/x.iso" }, name: "https://h/x.iso" }],
    [
      "https://h/x?sig=a%2Fb&checksum=sha256:00&n=1",
      { at: { url: "https://h/x?sig=a%2Fb&n=1" }, name: "https://h/x", checksum: "sha256:00" },
    ],
    ["https://h/x.iso.xz", { at: { url: "https://h/x.iso.xz" }, name: "https://h/x.iso.xz", unpack: "xz" }],
    ["https://h/x.tar.gz", { at: { url: "https://h/x.tar.gz" }, name: "https://h/x.tar.gz", unpack: "tar.gz" }],
    ["https://h/x.gz?archive=false", { at: { url: "https://h/x.gz" }, name: "https://h/x.gz" }],
    ["x.img?archive=zst", { at: { path: "/srv/x.img" }, name: "/srv/x.img", unpack: "zst" }],
  ])("%s", (written, expected) => {
    expect(imageSource(written, linux)).toEqual(expected);
  });

  it("knows Windows' paths", () => {
    const windows = { platform: "win32", cwd: "C:\\work" };
    expect(imageSource("D:\\x.iso", windows)).toMatchObject({ at: { path: "D:\\x.iso" } });
    expect(imageSource("x.iso", windows)).toMatchObject({ at: { path: "C:\\work\\x.iso" } });
    expect(imageSource("file:///D:/x.iso", windows)).toMatchObject({ at: { path: "D:/x.iso" } });
  });

  it.each([
    ["ftp://h/x.iso", 'Cannot download from FTP: "ftp://h/x.iso"'],
    ["s3::https://s3.amazonaws.com/b/x", 'Cannot download from Amazon S3: "s3::https://s3.amazonaws.com/b/x"'],
    ["git::https://h/x.git", 'Cannot download from Git: "git::https://h/x.git"'],
    ["smb://h/x.iso", 'Cannot download from Windows shares: "smb://h/x.iso"'],
    ["gopher://h/x", 'Cannot download "gopher" URLs: "gopher://h/x"'],
    ["http://[/x", 'Not a URL: "http://[/x"'],
    ["", 'No place in the URL ""'],
    ["x?archive=rar", 'Unknown archive type "rar" in the URL'],
  ])("refuses %s", (written, refusal) => {
    expect(imageSource(written, linux)).toMatchObject({ refusal, advice: expect.stringMatching(/./) });
  });
});

describe("a checksum", () => {
  it.each([
    ["none", { by: "none" }],
    [`SHA256:${hex(64, "A")}`, { by: "digest", algorithm: "sha256", hex: hex(64) }],
    [hex(32), { by: "digest", algorithm: "md5", hex: hex(32) }],
    [hex(40), { by: "digest", algorithm: "sha1", hex: hex(40) }],
    [hex(128), { by: "digest", algorithm: "sha512", hex: hex(128) }],
    ["file:SUMS", { by: "list", source: "SUMS" }],
    ["file:https://h/SUMS", { by: "list", source: "https://h/SUMS" }],
    ["file:///SUMS", { by: "list", source: "file:///SUMS" }],
  ])("%s", (written, expected) => {
    expect(parseImageChecksum(written)).toEqual(expected);
  });

  it.each([
    ["zzz", 'invalid checksum: "z" is no hexadecimal digit in "zzz"'],
    ["sha3:aa", 'unsupported checksum type: sha3 in "sha3:aa"'],
    ["sha256:00", "invalid checksum: sha256 has 64 hexadecimal digits, not 2"],
    ["abc", 'invalid checksum: no type has 3 hexadecimal digits, as "abc" does'],
    ["", 'invalid checksum: no type has 0 hexadecimal digits, as "" does'],
    ["file:", 'nothing after "file:" says where the list of checksums is'],
  ])("refuses %s", (written, message) => {
    expect(parseImageChecksum(written)).toBe(message);
  });
});

describe("a list of checksums", () => {
  const at = "https://h/d/SUMS";
  const image = "https://h/d/x.iso";
  it.each([
    ["GNU", `${hex(64)}  x.iso\n${hex(64, "b")}  y.iso\n`],
    ["GNU, binary", `${hex(64, "b")} *xx.iso\r\n${hex(64)} *x.iso\r\n`],
    ["GNU, escaped", `\\${hex(64)}  x.iso\n`],
    ["BSD", `# comment\nSHA256 (y.iso) = ${hex(64, "b")}\nSHA256 (x.iso) = ${hex(64)}\n`],
    ["relative to the list", `${hex(64, "b")}  sub/x.iso\n${hex(64)}  ./x.iso\n`],
    ["with other algorithms", `${hex(32, "b")}  x.iso\n${hex(64)}  x.iso\n`],
    ["a lone digest", `${hex(64).toUpperCase()}\n`],
    ["another directory's", `${hex(64)}  /srv/build/x.iso\n`],
    ["a whole URL", `${hex(64, "b")}  http://other/x.iso\n${hex(64)}  https://h/d/x.iso\n`],
  ])("%s", (_, text) => {
    expect(digestFromList(text, at, image)).toEqual({ algorithm: "sha256", hex: hex(64) });
  });

  it("as Debian's installers have it", () => {
    const text = `${hex(64, "b")}  ./cdrom/mini.iso\n${hex(64)}  ./netboot/mini.iso\n`;
    expect(digestFromList(text, "http://d/images/SHA256SUMS", "http://d/images/netboot/mini.iso")?.hex).toBe(hex(64));
  });

  it.each([
    ["names others only", `${hex(64)}  y.iso\n`],
    ["is a page that says 404", "<html><h1>404</h1></html>"],
    ["has digests without names", `${hex(64)}\n${hex(64, "b")}\n`],
    ["is ambiguous", `${hex(64)}  amd64/x.iso\n${hex(64, "b")}  i386/x.iso\n`],
    ["lies about the algorithm", `MD5 (x.iso) = ${hex(64)}\n`],
  ])("gives nothing when it %s", (_, text) => {
    expect(digestFromList(text, at, image)).toBeUndefined();
  });
});

it("hashes as the standard says", () => {
  expect(sha1("")).toBe("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  expect(sha1("abc")).toBe("a9993e364706816aba3e25717850c26c9cd0d89d");
  expect(sha1("a".repeat(1000))).toBe("291e9a6c66994949b57ba5e650361e98fc36b1ba");
});
