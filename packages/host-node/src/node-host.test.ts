import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeDead } from "./lock.ts";
import { nodeHost } from "./node-host.ts";

const host = nodeHost();
const never = new AbortController().signal;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-host-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function text(source: AsyncIterable<Uint8Array | { readonly bytes: Uint8Array }>): Promise<string> {
  let all = "";
  for await (const chunk of source) all += Buffer.from(chunk instanceof Uint8Array ? chunk : chunk.bytes).toString();
  return all;
}

function stateOf(pid: number): string {
  if (!existsSync(`/proc/${pid}/stat`)) return "";
  return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) (.).*$/s, "$1");
}

describe("files", () => {
  it("writes, appends, refuses to overwrite when told so, and reads ranges", async () => {
    const path = join(folder, "f");
    await host.files.write(path, "hello", { mode: 0o600 });
    await host.files.write(path, " world", { append: true });
    expect(await host.files.readText(path)).toBe("hello world");
    expect(await text(host.files.read(path, { start: 6, end: 11 }))).toBe("world");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(host.files.write(path, "x", { exclusive: true })).rejects.toMatchObject({ code: "EEXIST" });
  });

  it("tells links from what they point to, and absent from present", async () => {
    symlinkSync("nowhere", join(folder, "link"));
    expect(await host.files.stat(join(folder, "link"))).toBeUndefined();
    expect(await host.files.stat(join(folder, "link"), { link: true })).toMatchObject({ kind: "symlink" });
    expect(await host.files.stat(folder)).toMatchObject({ kind: "directory" });
    writeFileSync(join(folder, "file"), "");
    expect(await host.files.stat(join(folder, "file", "below"))).toBeUndefined();
  });

  it("makes directories with those above, beside others that do the same", async () => {
    const path = join(folder, "a/b/c");
    const make = () => host.files.makeDirectory(path, { recursive: true, mode: 0o700 });
    await Promise.all([make(), make(), make()]);
    await make();
    expect([statSync(path).mode & 0o777, statSync(join(folder, "a")).mode & 0o777]).toEqual([0o700, 0o700]);
    await host.files.makeDirectory("/", { recursive: true });
  });

  it("says which file is in the way of a directory", async () => {
    writeFileSync(join(folder, "file"), "");
    for (const path of ["file", "file/below", "file/far/below"]) {
      await expect(host.files.makeDirectory(join(folder, path), { recursive: true })).rejects.toMatchObject({
        code: "ENOTDIR",
        message: `${join(folder, "file")} is not a directory`,
      });
    }
  });

  it.runIf(process.platform === "linux")("gives up on directories that cannot be made", async () => {
    for (const path of ["/proc/nope", "/proc/nope/below"])
      await expect(host.files.makeDirectory(path, { recursive: true })).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("removes a file or a link by its name, and what is below a directory only when told so", async () => {
    const directory = join(folder, "d");
    await host.files.makeDirectory(join(directory, "e"), { recursive: true });
    await host.files.write(join(directory, "f"), "x");
    symlinkSync(directory, join(folder, "link"));
    await expect(host.files.remove(directory)).rejects.toThrow();
    await expect(host.files.remove(join(directory, "e"))).rejects.toThrow();
    await host.files.remove(join(folder, "link"));
    expect(await host.files.list(directory)).toEqual(["e", "f"]);
    await host.files.remove(join(directory, "f"));
    await host.files.remove(join(directory, "f"));
    await host.files.removeTree(directory);
    await host.files.removeTree(directory);
    expect(await host.files.list(folder)).toEqual([]);
  });

  it("finds paths as Go's filepath.Glob does", async () => {
    for (const name of ["a.txt", "b.txt", ".hidden.txt", "c.md", "[odd].txt"]) writeFileSync(join(folder, name), "");
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub", "a.txt"), "");
    const found = async (pattern: string) =>
      (await host.files.glob(join(folder, pattern))).map((p) => p.slice(folder.length + 1));
    expect(await found("*.txt")).toEqual([".hidden.txt", "[odd].txt", "a.txt", "b.txt"]);
    expect(await found("[ab].txt")).toEqual(["a.txt", "b.txt"]);
    expect(await found("[^ab].*")).toEqual(["c.md"]);
    expect(await found("*/a.txt")).toEqual(["sub/a.txt"]);
    expect(await found("\\[odd].txt")).toEqual(["[odd].txt"]);
    expect(await found("nothing*")).toEqual([]);
    await expect(host.files.glob("[a")).rejects.toThrow("syntax error in pattern");
  });

  it("hashes small files here and large ones in workers, with the same result", async () => {
    const large = join(folder, "large");
    writeFileSync(large, Buffer.alloc(9 * 1024 * 1024, "kiln"));
    writeFileSync(join(folder, "small"), "abc");
    expect(await host.files.digest(join(folder, "small"), ["md5", "sha256"], never)).toEqual({
      md5: "900150983cd24fb0d6963f7d28e17f72",
      sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
    const { sha1 } = await host.files.digest(large, ["sha1", "sha512"], never);
    const sum = host.processes.spawn("sha1sum", [large], { signal: never });
    expect((await text(sum.output)).slice(0, 40)).toBe(sha1);
    await expect(host.files.digest(large, ["sha1"], AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  });
});

describe("processes", () => {
  it("gives output by stream, exit codes and signals, and feeds standard input", async () => {
    const child = host.processes.spawn("sh", ["-c", "cat; echo err >&2; exit 3"], {
      signal: never,
      stdin: (async function* () {
        yield Buffer.from("in");
      })(),
    });
    const seen: Record<string, string> = { stdout: "", stderr: "" };
    for await (const { stream, bytes } of child.output) seen[stream] += Buffer.from(bytes).toString();
    expect(seen).toEqual({ stdout: "in", stderr: "err\n" });
    expect(await child.exit).toEqual({ by: "code", code: 3 });
  });

  it("ends a process and what it started when aborted", async () => {
    const stop = new AbortController();
    const child = host.processes.spawn("sh", ["-c", "sleep 60 & echo $!; wait"], { signal: stop.signal });
    let pid = 0;
    for await (const { bytes } of child.output) {
      pid = Number(Buffer.from(bytes).toString());
      stop.abort();
    }
    expect(await child.exit).toEqual({ by: "signal", signal: "SIGTERM" });
    // Whoever adopts the orphan may take a moment to collect it: dead is what counts.
    await expect.poll(() => stateOf(pid), { timeout: 5_000 }).toMatch(/^[ZX]?$/);
  });

  it("rejects with the system's code for a program that is not there", async () => {
    const child = host.processes.spawn("/nowhere/program", [], { signal: never });
    await expect(child.exit).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("ends a process whose reader went away while its pipe was full", async () => {
    const stop = new AbortController();
    const child = host.processes.spawn("sh", ["-c", "head -c 100000000 /dev/zero"], { signal: stop.signal });
    for await (const _ of child.output) {
      await host.clock.sleep(50, never);
      break;
    }
    stop.abort();
    expect(["code", "signal"]).toContain((await child.exit).by);
  });

  it("keeps memory flat while nobody reads", async () => {
    const child = host.processes.spawn("sh", ["-c", "head -c 50000000 /dev/zero"], { signal: never });
    let bytes = 0;
    for await (const chunk of child.output) bytes += chunk.bytes.length;
    expect(bytes).toBe(50_000_000);
  });
});

describe("the network", () => {
  it("serves a directory and nothing outside it", async () => {
    writeFileSync(join(folder, "a.txt"), "served");
    await using server = await host.net.serveFiles(
      { directory: folder },
      { address: "127.0.0.1", ports: [28_000, 28_100] },
    );
    const get = (path: string) =>
      host.http.request({ method: "GET", url: `http://127.0.0.1:${server.port}${path}` }, never);
    expect(await get("/a.txt")).toMatchObject({ status: 200, body: "served" });
    for (const path of ["/../etc/passwd", "/%2e%2e/etc/passwd", "/..%2fetc%2fpasswd", "/missing", "/%00"]) {
      expect((await get(path)).status, path).toBeGreaterThanOrEqual(400);
    }
  });

  it("says what refused a request", async () => {
    const port = await host.net.freePort();
    await expect(host.http.request({ method: "GET", url: `http://127.0.0.1:${port}/` }, never)).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });
});

describe("locks", () => {
  it("holds others off until released, and takes over from the dead", async () => {
    const path = join(folder, "lock");
    const first = await host.lock(path, never);
    const order: string[] = [];
    const second = host.lock(path, never).then((lock) => {
      order.push("second");
      return lock;
    });
    order.push("release");
    await first[Symbol.asyncDispose]();
    await (await second)[Symbol.asyncDispose]();
    expect(order).toEqual(["release", "second"]);
    writeFileSync(path, JSON.stringify({ pid: 999_999_999, started: "gone" }));
    await (await host.lock(path, never))[Symbol.asyncDispose]();
    expect(existsSync(path)).toBe(false);
  });

  it("does not take a living holder's lock for that of the dead one before it", async () => {
    const path = join(folder, "contested");
    writeFileSync(path, "living");
    await removeDead(path, "dead");
    expect(readFileSync(path, "utf8")).toBe("living");
    await removeDead(path, "living");
    await removeDead(path, "living");
    expect(readdirSync(folder).filter((name) => name.startsWith("contested"))).toEqual([]);
  });

  it("says once that it waits", async () => {
    const path = join(folder, "waited");
    const first = await host.lock(path, never);
    let said = 0;
    const second = host.lock(path, never, () => void said++);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await first[Symbol.asyncDispose]();
    await (await second)[Symbol.asyncDispose]();
    expect(said).toBe(1);
  });
});
