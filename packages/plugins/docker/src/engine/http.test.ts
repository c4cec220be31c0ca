import type { Duplex } from "@kiln/sdk";
import { expect, it } from "vitest";
import { ask } from "./http.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const signal = new AbortController().signal;

/** The other side says these pieces, after it has heard `after` where that is given. */
function socketSaying(pieces: readonly string[], options: { refuseAfter?: number; stayOpen?: true } = {}) {
  const written: string[] = [];
  let closed = false;
  const socket: Duplex = {
    input: (async function* () {
      for (const piece of pieces) yield bytes(piece);
      if (options.stayOpen) await new Promise(() => {});
    })(),
    write: async (sent) => {
      if (options.refuseAfter !== undefined && written.length >= options.refuseAfter)
        throw Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
      written.push(new TextDecoder().decode(sent));
    },
    end: () => {},
    [Symbol.asyncDispose]: async () => {
      closed = true;
    },
  };
  return { socket, written, closed: () => closed };
}

it("reads a body of known length, whatever pieces it comes in", async () => {
  const whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello";
  for (const size of [1, 2, 3, 7, whole.length]) {
    const pieces = whole.match(new RegExp(`[\\s\\S]{1,${size}}`, "g")) ?? [];
    const { socket, closed } = socketSaying(pieces);
    const answer = await ask(socket, { method: "GET", target: "/x" }, signal);
    expect([answer.status, answer.headers.get("x-a"), await answer.text(), closed()]).toEqual([
      200,
      "b",
      "hello",
      true,
    ]);
  }
});

it("reads chunks and what follows them", async () => {
  const { socket } = socketSaying([
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhel",
    "lo\r\n1\r\n!\r\n0\r\nTrailer: t\r\n\r\n",
  ]);
  expect(await (await ask(socket, { method: "GET", target: "/x" }, signal)).text()).toBe("hello!");
});

it("passes over announcements, and turns into a stream after an upgrade", async () => {
  const { socket } = socketSaying(["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 UPGRADED\r\n\r\nra", "w"]);
  const answer = await ask(socket, { method: "POST", target: "/x" }, signal);
  expect([answer.status, await answer.text()]).toEqual([101, "raw"]);
});

it("sends a body of known length as it is", async () => {
  const body = (): AsyncGenerator<Uint8Array> =>
    (async function* () {
      yield bytes("ab");
      yield bytes("c");
    })();
  const ok = ["HTTP/1.1 204 No Content\r\n\r\n"];
  const known = socketSaying(ok);
  await (await ask(known.socket, { method: "PUT", target: "/x", body: { bytes: body(), length: 3 } }, signal)).text();
  expect(known.written.join("")).toMatch(
    /^PUT \/x HTTP\/1\.1\r\n[^]*Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc$/,
  );
});

it("sends a body of unknown length in chunks", async () => {
  const body = (async function* () {
    yield bytes("ab");
    yield bytes("");
    yield bytes("c");
  })();
  const { socket, written } = socketSaying(["HTTP/1.1 204 No Content\r\n\r\n"]);
  await (await ask(socket, { method: "POST", target: "/x", body: { bytes: body } }, signal)).text();
  expect(written.join("")).toMatch(/Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n$/);
});

it("keeps what is put to itself when the server refuses it unseen", async () => {
  const body = (async function* () {
    yield bytes("never");
  })();
  const { socket, written } = socketSaying(["HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"]);
  const answer = await ask(socket, { method: "PUT", target: "/x", body: { bytes: body, length: 5 } }, signal);
  expect([answer.status, written.join("").endsWith("\r\n\r\n")]).toEqual([404, true]);
});

it("prefers the answer of a server that closed early to the broken pipe", async () => {
  const body = (async function* () {
    for (;;) yield bytes("more");
  })();
  const early = socketSaying(["HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"], { refuseAfter: 2 });
  const answer = await ask(early.socket, { method: "PUT", target: "/x", body: { bytes: body, length: 1e9 } }, signal);
  expect([answer.status, await answer.text()]).toEqual([404, "gone"]);
});

it("gives on what the body itself throws", async () => {
  const body = (async function* () {
    yield bytes("a");
    throw new Error("the file became shorter");
  })();
  const { socket, closed } = socketSaying(["HTTP/1.1 100 Continue\r\n\r\n"], { stayOpen: true });
  const work = ask(socket, { method: "PUT", target: "/x", body: { bytes: body, length: 9 } }, signal);
  await expect(work).rejects.toThrow("the file became shorter");
  expect(closed()).toBe(true);
});

it.each([
  ["nothing", []],
  ["half a head", ["HTTP/1.1 200 OK\r\nContent-"]],
])("says that the connection was closed after %s", async (_, pieces) => {
  const { socket } = socketSaying(pieces);
  await expect(ask(socket, { method: "GET", target: "/x" }, signal)).rejects.toMatchObject({ code: "ECONNRESET" });
});

it("says so when a body ends early, too", async () => {
  const { socket } = socketSaying(["HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhel"]);
  const answer = await ask(socket, { method: "GET", target: "/x" }, signal);
  await expect(answer.text()).rejects.toMatchObject({ code: "ECONNRESET" });
});

it("ends with the signal's reason", async () => {
  const stop = new AbortController();
  const { socket } = socketSaying(["HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhel"]);
  const answer = await ask(socket, { method: "GET", target: "/x" }, stop.signal);
  stop.abort(new Error("enough"));
  await expect(answer.text()).rejects.toThrow("enough");
});
