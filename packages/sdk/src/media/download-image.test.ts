import { expect, it } from "vitest";
import { DownloadError } from "../errors.ts";
import { FakeHost, type FakeHostOptions, FakeRun } from "../testing/index.ts";
import { downloadImage, type ImageRequest, isoRequest } from "./download-image.ts";

const sum = "0".repeat(64);

function run(options: FakeHostOptions = {}): FakeRun {
  return new FakeRun({ host: new FakeHost({ env: { PACKER_CACHE_DIR: "/cache" }, ...options }) });
}
function request(more: Partial<ImageRequest>): ImageRequest {
  return { description: "ISO", urls: [], checksum: `sha256:${sum}`, extension: "iso", ...more };
}
const failed = (message: string, actual?: string): DownloadError =>
  new DownloadError(actual ? "download/checksum" : "download/status", message, actual ? { actual } : {});

it("tries one URL after the other and names the file by its content", async () => {
  const ctx = run({
    onDownload: (url, to) => {
      if (url.includes("first")) throw failed(`${url}: the server answered 404`);
      return { path: to, cached: false };
    },
  });
  const image = await downloadImage(ctx, request({ urls: ["http://first/x.iso", "http://second/x.iso"] }));
  expect(image).toMatchObject({ url: "http://second/x.iso", cached: false });
  expect(image.path).toMatch(/^\/cache\/[0-9a-f]{40}\.iso$/);
  expect(ctx.ui.lines).toEqual([
    "==> Retrieving ISO",
    "==> Trying http://first/x.iso",
    `==> Trying http://first/x.iso?checksum=sha256%3A${sum}`,
    "==> Download failed http://first/x.iso: the server answered 404",
    "==> Trying http://second/x.iso",
    `==> Trying http://second/x.iso?checksum=sha256%3A${sum}`,
    `==> http://second/x.iso?checksum=sha256%3A${sum} => ${image.path}`,
  ]);
  expect(ctx.host.downloads.map((d) => d.to)).toEqual([image.path, image.path]);
});

it("names the file as Packer does, so that the two share a cache", async () => {
  const ctx = run({ onDownload: (_, to) => ({ path: to, cached: true }) });
  const checksum = "de2f256064a0af797747c2b97505dc0b9f3df0de4f489eac731c23ae9ca9cc31";
  const image = await downloadImage(ctx, request({ urls: ["http://h/x"], checksum }));
  expect(image).toEqual({
    path: "/cache/2a1247f250a4a494517e6b16448b3e75ebc751b6.iso",
    url: "http://h/x",
    cached: true,
  });
});

it("leaves local images where they are", async () => {
  const ctx = run({ files: { "/project/x.iso": "bytes" } });
  const image = await downloadImage(ctx, request({ urls: ["x.iso"], checksum: "none" }));
  expect(image).toEqual({ path: "/project/x.iso", url: "x.iso", cached: true });
  expect(ctx.ui.lines.slice(1)).toEqual(["==> Trying x.iso", "==> Trying x.iso", "==> x.iso => /project/x.iso"]);
  expect(ctx.host.downloads).toEqual([]);
});

it("never removes a local image whose checksum is wrong", async () => {
  const ctx = run({ files: { "/project/x.iso": "bytes" } });
  await expect(downloadImage(ctx, request({ urls: ["x.iso"] }))).rejects.toMatchObject({
    code: "download/checksum",
    message: expect.stringContaining(`Checksums did not match for /project/x.iso.\nExpected: ${sum}\nGot: sha256-`),
  });
  expect(ctx.host.files.text("/project/x.iso")).toBe("bytes");
});

it("says what was expected and what came", async () => {
  const ctx = run({
    onDownload: () => {
      throw failed("wrong", "f".repeat(64));
    },
  });
  const wrong = downloadImage(ctx, request({ urls: ["http://h/x"], targetPath: "mine.iso" }));
  await expect(wrong).rejects.toThrow(
    `error downloading ISO: [Checksums did not match for /project/mine.iso.\nExpected: ${sum}\nGot: ${"f".repeat(64)}\n(sha256)]`,
  );
  expect(ctx.ui.lines.at(-1)).toBe("==> Checksum did not match, removing /project/mine.iso");
});

it("reads the checksum from a list beside the image, fetched anew and not kept", async () => {
  const ctx = run({
    onDownload: (url, to) => {
      if (url.endsWith("SUMS")) ctx.host.files.put(to, `${"1".repeat(64)}  x.iso\n`);
      return { path: to, cached: false };
    },
  });
  await downloadImage(ctx, request({ urls: ["http://h/x.iso"], checksum: "file:http://h/SUMS" }));
  expect(ctx.host.downloads.map((d) => d.options.checksum)).toEqual([undefined, `sha256:${"1".repeat(64)}`]);
  expect(ctx.host.files.paths()).toEqual([]);
});

it.each([
  ["file:SUMS", "Error downloading checksum file"],
  ["file:OTHER", "no checksum of http://h/x.iso in OTHER"],
  ["file:ftp://h/SUMS", "Cannot download from FTP"],
])("says why there is no checksum in %s", async (checksum, message) => {
  const ctx = run({ files: { "/project/OTHER": "nothing" } });
  await expect(downloadImage(ctx, request({ urls: ["http://h/x.iso"], checksum }))).rejects.toThrow(message);
  expect(ctx.host.downloads).toEqual([]);
});

it("shows no password of a URL", async () => {
  const ctx = run({ onDownload: (_, to) => ({ path: to, cached: false }) });
  await downloadImage(ctx, request({ urls: ["https://me:hunter2@h/x.iso"] }));
  expect(ctx.ui.lines.join("\n")).not.toContain("hunter2");
  expect(ctx.host.downloads[0]?.url).toBe("https://me:hunter2@h/x.iso");
});

it("makes its request from the options", () => {
  const config = { iso_url: "x", iso_checksum: "none", iso_target_extension: "IMG", iso_target_path: "t" };
  expect(isoRequest(config)).toEqual({
    description: "ISO",
    urls: ["x"],
    checksum: "none",
    extension: "img",
    targetPath: "t",
  });
});
