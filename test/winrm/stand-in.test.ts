import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Communicator, ConnectConfig, OutputChunk } from "@kiln/sdk";
import { afterEach, describe, expect, it } from "vitest";
import { WindowsBench } from "../../packages/local-cloud/src/windows/testing/bench.ts";
import { WinrmServer } from "../../packages/local-cloud/src/windows/winrm/server.ts";
import { ShellService } from "../../packages/local-cloud/src/windows/winrm/service.ts";
import { connectTo } from "./peers.ts";

/**
 * The client and the local cloud's Windows share the code of messages, so their agreeing on those proves nothing; the scripts that move files,
 * and what the service does with shells, commands and limits, were written from the documents twice.
 */
const signal = (): AbortSignal => AbortSignal.timeout(60_000);
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function machine(config: Partial<ConnectConfig> = {}) {
  const bench = new WindowsBench();
  bench.system.accounts.setPassword("Administrator", "S3cret!");
  await bench.cmd('winrm set winrm/config/service @{AllowUnencrypted="true"}');
  await bench.cmd('winrm set winrm/config/service/auth @{Basic="true"}');
  const service = new ShellService(bench.system);
  const server = await WinrmServer.listen(bench.system, service, { host: "127.0.0.1", port: 0 });
  closing.push(async () => {
    service.close();
    await server[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });
  const login = { winrm_username: "Administrator", winrm_password: "S3cret!", ...config };
  const { comm } = await connectTo(server.port, login);
  closing.push(async () => comm[Symbol.asyncDispose]());
  return { bench, service, comm, drive: bench.system.drive };
}

async function run(comm: Communicator, command: string) {
  const text = { stdout: "", stderr: "" };
  const onOutput = ({ stream, bytes }: OutputChunk): void => {
    text[stream] += Buffer.from(bytes).toString();
  };
  return { ...(await comm.exec(command, { signal: signal(), onOutput })), ...text };
}

async function collect(from: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of from) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe("our client and the local cloud's Windows", () => {
  it("agree on commands, exit codes and errors of PowerShell", async () => {
    const { comm } = await machine();
    expect(await run(comm, "echo grüße 日本語& exit 7")).toEqual({ exit: 7, stdout: "grüße 日本語\r\n", stderr: "" });
    expect((await run(comm, "exit -1")).exit).toBe(4_294_967_295);
    const script = Buffer.from("Write-Error 'so bad'; exit 3", "utf16le").toString("base64");
    const failed = await run(comm, `powershell -EncodedCommand ${script}`);
    expect(failed.exit).toBe(3);
    expect(failed.stderr).toContain("so bad");
    expect(failed.stderr).not.toContain("CLIXML");
  });

  for (const [what, path, there] of [
    ["a plain path", "C:/dir/plain.txt", "C:\\dir\\plain.txt"],
    ["spaces and quotes", "C:\\Program Files\\it's here.txt", "C:\\Program Files\\it's here.txt"],
    ["characters that PowerShell knows", "C:/a$x`$(y)[z]#&;@{}.txt", "C:\\a$x`$(y)[z]#&;@{}.txt"],
    ["unicode and typographic quotes", "C:/grüße-日本語-\u2018q\u2019.txt", "C:\\grüße-日本語-\u2018q\u2019.txt"],
    ["a variable", "$env:SystemRoot/Temp/v.txt", "C:\\Windows\\Temp\\v.txt"],
    ["cmd's variable", "%SystemRoot%\\Temp\\w.txt", "C:\\Windows\\Temp\\w.txt"],
  ] as const) {
    it(`move a file under ${what}`, async () => {
      const { comm, drive } = await machine();
      const content = Buffer.concat([randomBytes(150_000), Buffer.from("text ".repeat(50_000))]);
      await comm.upload(once(content), path, { signal: signal(), size: content.length });
      expect(drive.read(there).equals(content)).toBe(true);
      await comm.upload(once(Buffer.from("short")), path, { signal: signal(), size: 5 });
      expect(drive.read(there).toString()).toBe("short");
      expect((await collect(comm.download(path, { signal: signal() }))).toString()).toBe("short");
    });
  }
  it("leave nothing of an upload that failed", async () => {
    const { comm } = await machine();
    const work = comm.upload(once(Buffer.from("abc")), "C:/made/short.txt", { signal: signal(), size: 10 });
    await expect(work).rejects.toMatchObject({ code: "transfer/local" });
    expect((await run(comm, "dir /b C:\\made")).stdout.trim()).toBe("");
    const onDirectory = comm.upload(once(Buffer.from("abc")), "C:/Windows", { signal: signal() });
    await expect(onDirectory).rejects.toMatchObject({ message: "C:\\Windows is a directory" });
    const missing = collect(comm.download("C:/no/such.txt", { signal: signal() }));
    await expect(missing).rejects.toMatchObject({ code: "transfer/refused" });
  });
  it("move directories either way", async () => {
    const { comm, drive } = await machine();
    const dir = await mkdtemp(join(tmpdir(), "kiln-winrm-tree-"));
    closing.push(() => rm(dir, { recursive: true, force: true }));
    await mkdir(join(dir, "my tree/sub dir/empty"), { recursive: true });
    const big = randomBytes(400_000);
    await writeFile(join(dir, "my tree/sub dir/ü.bin"), big);
    for (let i = 0; i < 100; i++) await writeFile(join(dir, `my tree/f${i}`), `${i};`);
    await comm.uploadDirectory(join(dir, "my tree"), "C:/to", { signal: signal() });
    expect(drive.read("C:\\to\\my tree\\sub dir\\ü.bin").equals(big)).toBe(true);
    expect(drive.read("C:\\to\\my tree\\f99").toString()).toBe("99;");
    await comm.downloadDirectory("C:/to/my tree", join(dir, "back"), { signal: signal() });
    expect((await readFile(join(dir, "back/my tree/sub dir/ü.bin"))).equals(big)).toBe(true);
    expect(await readFile(join(dir, "back/my tree/f7"), "utf8")).toBe("7;");
  });
  it("end a command with no success when the service's shells are gone", async () => {
    const { comm, service } = await machine();
    const running = run(comm, "ping -n 30 127.0.0.1");
    setTimeout(() => service.close(), 500);
    expect((await running).exit).not.toBe(0);
  });
});
