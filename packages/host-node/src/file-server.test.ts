import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serveFiles } from "./file-server.ts";

const folder = mkdtempSync(join(tmpdir(), "kiln-serve-"));
let server: Awaited<ReturnType<typeof serveFiles>>;
beforeAll(async () => {
  mkdirSync(join(folder, "tree/sub"), { recursive: true });
  mkdirSync(join(folder, "site"));
  writeFileSync(join(folder, "preseed.cfg"), "d-i x\n");
  writeFileSync(join(folder, "disk"), Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "tree/a&b #1.txt"), "odd");
  writeFileSync(join(folder, "site/index.html"), "<p>");
  utimesSync(join(folder, "disk"), 1_700_000_000, 1_700_000_000);
  server = await serveFiles({ directory: folder }, { address: "127.0.0.1", ports: [28_200, 28_400] });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { headers, redirect: "manual" });

it("says what a file is and when it changed", async () => {
  const text = await get("/preseed.cfg?x=1");
  expect([await text.text(), text.headers.get("content-type")]).toEqual(["d-i x\n", "text/plain; charset=utf-8"]);
  const disk = await get("/disk");
  expect(disk.headers.get("content-type")).toBe("application/octet-stream");
  expect(disk.headers.get("last-modified")).toBe("Tue, 14 Nov 2023 22:13:20 GMT");
  const again = await get("/disk", { "if-modified-since": "Tue, 14 Nov 2023 22:13:20 GMT" });
  expect(again.status).toBe(304);
  expect(await (await get("/empty")).text()).toBe("");
});

it.each([
  ["bytes=2-4", 206, [2, 3, 4], "bytes 2-4/10"],
  ["bytes=7-", 206, [7, 8, 9], "bytes 7-9/10"],
  ["bytes=-2", 206, [8, 9], "bytes 8-9/10"],
  ["bytes=8-99", 206, [8, 9], "bytes 8-9/10"],
  ["bytes=10-", 416, [], "bytes */10"],
  ["bytes=0-8,4-9", 200, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], null],
  ["bytes=2-3, 20-", 206, [2, 3], "bytes 2-3/10"],
  ["bytes=5-2", 416, [], "bytes */10"],
  ["lines=1-2", 416, [], "bytes */10"],
])("answers the range %s", async (range, status, bytes, told) => {
  const response = await get("/disk", { range });
  expect([response.status, response.headers.get("content-range")]).toEqual([status, told]);
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual(bytes);
});

it("sends several ranges in parts", async () => {
  const response = await get("/disk", { range: "bytes=0-1,-1" });
  const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(response.headers.get("content-type") ?? "")?.[1];
  const body = await response.text();
  expect([response.status, response.headers.get("content-length")]).toEqual([206, `${body.length}`]);
  const head = (range: string) =>
    `--${boundary}\r\nContent-Range: bytes ${range}/10\r\nContent-Type: application/octet-stream`;
  expect(body).toBe(`${head("0-1")}\r\n\r\n\0\u0001\r\n${head("9-9")}\r\n\r\n\t\r\n--${boundary}--\r\n`);
});

it("answers every method as it does GET", async () => {
  const url = `http://127.0.0.1:${server.port}/preseed.cfg`;
  const posted = await fetch(url, { method: "POST", body: "x".repeat(100_000) });
  expect([posted.status, await posted.text()]).toEqual([200, "d-i x\n"]);
});

it("lists a directory, or shows its index page", async () => {
  const bare = await get("/tree");
  expect([bare.status, bare.headers.get("location")]).toEqual([301, "tree/"]);
  expect(await (await get("/tree/")).text()).toBe(
    '<pre>\n<a href="a&b%20%231.txt">a&#38;b #1.txt</a>\n<a href="sub/">sub/</a>\n</pre>\n',
  );
  expect(await (await get("/tree/a&b%20%231.txt")).text()).toBe("odd");
  expect(await (await get("/site/")).text()).toBe("<p>");
  expect((await get("/disk/")).status).toBe(404);
});
