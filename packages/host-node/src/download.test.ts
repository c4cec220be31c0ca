import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { FakeClock } from "@kiln/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { downloadFile as download } from "./download.ts";
import { faultyServer, serve } from "./testing/faulty-server.ts";

/** Pauses between tries take no time. */
const downloadFile = (
  url: string,
  at: string,
  options: Parameters<typeof download>[2],
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof download> => download(url, at, options, { env, clock: new FakeClock() });
const never = new AbortController().signal;
const body = randomBytes(400_000);
const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
let folder = "";
let to = "";
let part = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-download-"));
  to = join(folder, "image.iso");
  part = join(folder, ".image.iso.kiln.part");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The file is right, and nothing else is left but what `more` says. */
function expectWhole(...more: readonly string[]): void {
  expect(readFileSync(to).equals(body)).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(["image.iso", ...more].sort());
}

describe("a connection that is cut", () => {
  it("is taken up where it broke, as often as it makes progress", async () => {
    await using server = await faultyServer((q, r) => serve(body, q, r, { etag: '"1"', cutAfter: 100_000 }));
    const steps: number[] = [];
    const options = { signal: never, checksum: sha256(body), onProgress: (done: number) => void steps.push(done) };
    expect(await downloadFile(`${server.url}/f`, to, options)).toEqual({ path: to, cached: false });
    expectWhole();
    // What nobody had read yet is lost with a connection: on a busy machine there are more of them.
    const starts = server.seen.map((s) => Number(/^bytes=(\d+)-$/.exec(s.range ?? "")?.[1] ?? 0));
    expect(starts).toEqual(starts.toSorted((one, other) => one - other));
    expect(starts.length).toBeGreaterThanOrEqual(4);
    expect(starts.at(-1)).toBeGreaterThanOrEqual(300_000 - 65_536);
    expect(server.seen.every((s) => s.range === undefined || s.ifRange === '"1"')).toBe(true);
    expect(steps.at(-1)).toBe(400_000);
    expect(steps.toSorted((one, other) => one - other)).toEqual(steps);
  });

  it("is given up when nothing comes any more, and the next call goes on from there", async () => {
    let cut = true;
    await using server = await faultyServer((q, r) => {
      if (cut && q.headers.range) r.destroy();
      else serve(body, q, r, { etag: '"1"', ...(cut && { cutAfter: 150_000 }) });
    });
    await expect(downloadFile(`${server.url}/f`, to, { signal: never })).rejects.toThrow();
    expect(existsSync(to)).toBe(false);
    cut = false;
    server.seen.length = 0;
    await downloadFile(`${server.url}/f`, to, { signal: never });
    expectWhole(".image.iso.kiln.json");
    expect(server.seen).toMatchObject([{ range: expect.stringMatching(/^bytes=[1-9]\d+-$/), ifRange: '"1"' }]);
  });

  it("without a length or a validator starts anew", async () => {
    let first = true;
    await using server = await faultyServer((q, r) => {
      serve(body, q, r, { ...(first && { cutAfter: 100_000 }) });
      first = false;
    });
    await downloadFile(`${server.url}/f`, to, { signal: never });
    expectWhole(".image.iso.kiln.json");
    expect(server.seen.map((s) => s.range)).toEqual([undefined, undefined]);
  });
});

it("touches no other file beside the target", async () => {
  for (const name of ["image.iso.json", "image.iso.part", "image.iso.part.json"])
    writeFileSync(join(folder, name), name);
  await using server = await faultyServer((q, r) => serve(body, q, r, { etag: '"1"' }));
  await downloadFile(`${server.url}/f`, to, { signal: never });
  expectWhole(".image.iso.kiln.json", "image.iso.json", "image.iso.part", "image.iso.part.json");
  for (const name of ["image.iso.json", "image.iso.part", "image.iso.part.json"])
    expect(readFileSync(join(folder, name), "utf8")).toBe(name);
});

describe("a server that is not honest about ranges", () => {
  it.each([
    ["ignores them", { ignoreRange: true }],
    ["answers another one", { shiftRange: 7 }],
  ])("%s: the whole is fetched", async (_, fault) => {
    writeFileSync(part, body.subarray(0, 100_000));
    await using server = await faultyServer((q, r) => serve(body, q, r, fault));
    await downloadFile(`${server.url}/f`, to, { signal: never, checksum: sha256(body) });
    expectWhole();
  });

  it("has another file by now: what came before is dropped", async () => {
    writeFileSync(part, Buffer.alloc(100_000));
    await using server = await faultyServer((q, r) => serve(body, q, r, { etag: '"new"' }));
    writeFileSync(`${part}.json`, JSON.stringify({ url: `${server.url}/f`, etag: '"old"', total: 300_000 }));
    await downloadFile(`${server.url}/f`, to, { signal: never });
    expectWhole(".image.iso.kiln.json");
    expect(server.seen).toMatchObject([{ range: "bytes=100000-", ifRange: '"old"' }]);
  });

  it("had sent something else before: a wrong whole is fetched anew once", async () => {
    writeFileSync(part, Buffer.alloc(100_000));
    await using server = await faultyServer((q, r) => serve(body, q, r));
    await downloadFile(`${server.url}/f`, to, { signal: never, checksum: sha256(body) });
    expectWhole();
    expect(server.seen.map((s) => s.range)).toEqual(["bytes=100000-", undefined]);
  });

  it("has nothing more: a part that is too long is dropped", async () => {
    writeFileSync(part, Buffer.alloc(500_000));
    await using server = await faultyServer((q, r) => serve(body, q, r));
    await downloadFile(`${server.url}/f`, to, { signal: never, checksum: sha256(body) });
    expectWhole();
  });
});

describe("what is there already", () => {
  it("is used when its checksum fits, and replaced when it does not", async () => {
    await using server = await faultyServer((q, r) => serve(body, q, r));
    const options = { signal: never, checksum: sha256(body) };
    writeFileSync(to, body);
    expect(await downloadFile(`${server.url}/f`, to, options)).toEqual({ path: to, cached: true });
    expect(server.seen).toEqual([]);
    writeFileSync(to, "spoilt");
    expect(await downloadFile(`${server.url}/f`, to, options)).toEqual({ path: to, cached: false });
    expectWhole();
  });

  it("is asked about when there is no checksum", async () => {
    let etag = '"1"';
    await using server = await faultyServer((q, r) => serve(body, q, r, { etag }));
    const fetched = async (): Promise<boolean> =>
      !(await downloadFile(`${server.url}/f`, to, { signal: never })).cached;
    expect([await fetched(), await fetched()]).toEqual([true, false]);
    etag = '"2"';
    expect(await fetched()).toBe(true);
    writeFileSync(to, "shorter");
    expect(await fetched()).toBe(true);
    expectWhole(".image.iso.kiln.json");
  });
});

describe("refusals", () => {
  it("tells what the bytes hash to and leaves none of them", async () => {
    await using server = await faultyServer((q, r) => serve(body, q, r));
    const expected = `sha256:${"0".repeat(64)}`;
    const failure = downloadFile(`${server.url}/f`, to, { signal: never, checksum: expected });
    await expect(failure).rejects.toMatchObject({
      code: "download/checksum",
      message: `${server.url}/f: checksum is ${sha256(body)}, expected ${expected}`,
      actual: sha256(body).slice("sha256:".length),
    });
    expect(readdirSync(folder)).toEqual([]);
    expect(server.seen.length).toBe(1);
  });

  it.each([
    [404, 1],
    [403, 1],
    [503, 5],
  ])(
    "says the status %d after %d requests",
    async (status, requests) => {
      await using server = await faultyServer((_, r) => void r.writeHead(status).end("<html>"));
      await expect(downloadFile(`${server.url}/f`, to, { signal: never })).rejects.toMatchObject({
        code: "download/status",
        message: expect.stringContaining(`the server answered ${status}`),
      });
      expect(server.seen.length).toBe(requests);
      expect(readdirSync(folder)).toEqual([]);
    },
    20_000,
  );

  it("shows no password", async () => {
    await using server = await faultyServer((_, r) => void r.writeHead(401).end());
    const url = `${server.url.replace("//", "//me:hunter2@")}/f`;
    const failure: unknown = await downloadFile(url, to, { signal: never }).catch((error: unknown) => error);
    expect(String(failure)).toContain("//me:…@");
    expect(String(failure)).not.toContain("hunter2");
  });

  it("does not wait for ever for a server that falls silent", async () => {
    await using server = await faultyServer((_, r) => {
      r.writeHead(200, { "content-length": 1000 });
      r.write("some");
    });
    await expect(downloadFile(`${server.url}/f`, to, { signal: never, stallMs: 40 })).rejects.toMatchObject({
      code: "download/stalled",
      message: expect.stringMatching(/silent for 0.04 s: 4 of 1000 bytes had come/),
    });
    await using mute = await faultyServer(() => {});
    await expect(downloadFile(`${mute.url}/f`, to, { signal: never, stallMs: 40 })).rejects.toMatchObject({
      code: "download/stalled",
    });
    expect(mute.seen.length).toBe(1);
  });

  it("keeps a slow server that goes on sending", async () => {
    await using server = await faultyServer((_, r) => {
      r.writeHead(200, { "content-length": 10 });
      let n = 0;
      const timer = setInterval(() => {
        r.write(String(n++));
        if (n === 10) clearInterval(timer);
      }, 30);
    });
    await downloadFile(`${server.url}/f`, to, { signal: never, stallMs: 200 });
    expect(readFileSync(to, "utf8")).toBe("0123456789");
  });

  it("ends at once when interrupted, and keeps what came", async () => {
    const stop = new AbortController();
    await using server = await faultyServer((_, r) => {
      r.writeHead(200, { "content-length": 1000, etag: '"1"' });
      r.write("some");
    });
    const options = { signal: stop.signal, onProgress: () => stop.abort(new Error("stopped")) };
    await expect(downloadFile(`${server.url}/f`, to, options)).rejects.toThrow("stopped");
    expect(readFileSync(part, "utf8")).toBe("some");
  });

  it("asks for more room than the disk has before the first byte", async () => {
    await using server = await faultyServer((_, r) => void r.writeHead(200, { "content-length": 9e15 }).write("x"));
    await expect(downloadFile(`${server.url}/f`, to, { signal: never })).rejects.toMatchObject({
      code: "ENOSPC",
      message: expect.stringContaining("PACKER_CACHE_DIR"),
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("redirects", () => {
  it("are followed to the file", async () => {
    await using server = await faultyServer((q, r) => {
      if (q.url === "/f") serve(body, q, r);
      else r.writeHead(q.url === "/a" ? 301 : 307, { location: q.url === "/a" ? "b" : "/f" }).end();
    });
    await downloadFile(`${server.url}/a`, to, { signal: never });
    expectWhole(".image.iso.kiln.json");
    expect(server.seen.map((s) => s.path)).toEqual(["/a", "/b", "/f"]);
  });

  it.each([
    ["in a circle", "/again", /more than 10 redirects/],
    ["to another protocol", "ftp://elsewhere/f", /leads to ftp:/],
    ["to nowhere", "http://[", /which is no URL/],
  ])("%s are refused", async (_, location, message) => {
    await using server = await faultyServer((__, r) => void r.writeHead(302, { location }).end());
    await expect(downloadFile(`${server.url}/again`, to, { signal: never })).rejects.toThrow(message);
  });
});

it("asks the proxy of the environment, but never for this machine", async () => {
  await using proxy = await faultyServer((q, r) => serve(body, q, r));
  const env = { http_proxy: proxy.url, no_proxy: "direct.invalid" };
  await downloadFile("http://images.invalid/f", to, { signal: never }, env);
  expectWhole(".image.iso.kiln.json");
  expect(proxy.seen).toMatchObject([{ path: "http://images.invalid/f", host: "images.invalid" }]);
  await expect(downloadFile("http://direct.invalid/f", `${to}2`, { signal: never }, env)).rejects.toMatchObject({
    code: "ENOTFOUND",
  });
  await using server = await faultyServer((q, r) => serve(body, q, r));
  await downloadFile(`${server.url}/f`, `${to}3`, { signal: never }, env);
  expect(proxy.seen.length).toBe(1);
});

describe("packed files", () => {
  const url = (name: string): string => `file://${folder}/${name}`;

  it.each([
    ["gz", gzipSync(body)],
    ["zst", zstdCompressSync(body)],
  ] as const)("come out of .%s, and are known again by the checksum of the archive", async (form, packed) => {
    await using server = await faultyServer((q, r) => serve(packed, q, r));
    const options = { signal: never, checksum: sha256(packed), unpack: form };
    expect((await downloadFile(`${server.url}/f`, to, options)).cached).toBe(false);
    expectWhole(".image.iso.kiln.json");
    expect((await downloadFile(`${server.url}/f`, to, options)).cached).toBe(true);
    writeFileSync(to, "spoilt");
    expect((await downloadFile(`${server.url}/f`, to, options)).cached).toBe(false);
    expectWhole(".image.iso.kiln.json");
  });

  it("that are no archive are refused", async () => {
    writeFileSync(join(folder, "f.gz"), "not packed");
    await expect(downloadFile(url("f.gz"), to, { signal: never, unpack: "gz" })).rejects.toMatchObject({
      code: "download/unpack",
      message: expect.stringContaining("as gz: incorrect header check"),
    });
    expect(existsSync(to)).toBe(false);
    expect(existsSync(`${to}.unpacking`)).toBe(false);
  });
});
