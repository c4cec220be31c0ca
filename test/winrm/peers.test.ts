import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "@kiln/host-node";
import type { Communicator, OutputChunk } from "@kiln/sdk";
import { type ContractFixture, communicatorContract } from "@kiln/sdk/testing/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildGoPeer, connectTo, type Peer, pythonWithSpnego, startPythonPeer } from "./peers.ts";

const signal = (): AbortSignal => AbortSignal.timeout(60_000);
const login = { winrm_username: "Administrator", winrm_password: "S3cr€t 'quoted' \"pass\"!" };

async function run(comm: Communicator, command: string) {
  let stdout = "";
  const onOutput = ({ stream, bytes }: OutputChunk): void => {
    if (stream === "stdout") stdout += Buffer.from(bytes).toString();
  };
  return { ...(await comm.exec(command, { signal: signal(), onOutput })), stdout };
}

async function collect(from: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of from) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe("our client and a WinRM service written in Go (winrmtest)", () => {
  let go: ReturnType<typeof buildGoPeer>;
  let peer: Peer;
  beforeAll(async () => {
    go = buildGoPeer();
    peer = await go.start();
  });
  afterAll(async () => {
    await peer?.[Symbol.asyncDispose]();
    go?.remove();
  });

  it("agree on logins, commands, outputs and exit codes", async () => {
    const { comm, ui } = await connectTo(peer.port, login);
    await using _ = comm;
    expect(ui.lines).toEqual(["    WinRM connected."]);
    for (const code of [0, 1, 255, -1, 2_147_483_647]) expect((await run(comm, `exit ${code}`)).exit).toBe(code);
    const text = `every "quote' there \`is\` „typo“ ‚graphic‘ <&> 日本語 \u{1F642}`;
    expect((await run(comm, `say ${text}`)).stdout).toBe(text);
  });
  it("agree on a command as long as a message may be", async () => {
    const { comm } = await connectTo(peer.port, login);
    await using _ = comm;
    const text = "x".repeat(153_000);
    expect((await run(comm, `say ${text}`)).stdout).toBe(text);
  });
  it("move files, although this service knows no standard input", async () => {
    const { comm, ui } = await connectTo(peer.port, login);
    await using _ = comm;
    const content = randomBytes(100_000);
    await comm.upload(once(content), "C:/Windows/Temp/it's here.bin", { signal: signal(), size: content.length });
    expect(ui.lines.at(-1)).toContain("takes no standard input");
    const back = await collect(comm.download("C:/Windows/Temp/it's here.bin", { signal: signal() }));
    expect(back.equals(content)).toBe(true);
    await expect(collect(comm.download("C:/nothing", { signal: signal() }))).rejects.toMatchObject({
      code: "transfer/refused",
      message: "Could not find file 'C:\\nothing'.",
    });
  });
});

describe("our client and a WinRM service with pyspnego's NTLM", () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startPythonPeer(pythonWithSpnego(), login.winrm_username, login.winrm_password);
  });
  afterAll(async () => {
    await peer?.[Symbol.asyncDispose]();
  });

  it("agree on the login with a domain, and on the sealing of a long conversation", async () => {
    const { comm } = await connectTo(peer.port, {
      ...login,
      winrm_username: "DOMAIN\\Administrator",
      winrm_use_ntlm: true,
    });
    await using _ = comm;
    for (let i = 0; i < 20; i++) expect((await run(comm, `exit ${i}`)).exit).toBe(i);
    expect((await run(comm, "printf 'größer'; head -c 200000 /dev/zero | tr '\\0' x")).stdout).toHaveLength(200_006);
  });
  it("move a script of a megabyte", async () => {
    const { comm } = await connectTo(peer.port, { ...login, winrm_use_ntlm: true });
    await using _ = comm;
    const script = Buffer.from("Write-Host 'a \"line\" of $script `n'\r\n".repeat(29_000));
    const path = join(tmpdir(), "kiln-winrm-script.ps1");
    await comm.upload(once(script), path, { signal: signal(), size: script.length });
    expect((await readFile(path)).equals(script)).toBe(true);
    await rm(path);
  });
  it("refuse each other with a wrong password, and unsealed messages", async () => {
    const wrong = connectTo(peer.port, { ...login, winrm_password: "no", winrm_use_ntlm: true, winrm_timeout: 1500 });
    await expect(wrong).rejects.toMatchObject({ stage: "authentication" });
    await expect(connectTo(peer.port, { ...login, winrm_timeout: 1500 })).rejects.toMatchObject({
      message: expect.stringContaining("the server takes no basic authentication; it takes negotiate"),
    });
  });

  async function open(): Promise<ContractFixture> {
    const dir = await mkdtemp(join(tmpdir(), "kiln-winrm-contract-"));
    const { comm } = await connectTo(peer.port, { ...login, winrm_use_ntlm: true });
    const [localDir, remoteDir] = [join(dir, "local"), join(dir, "remote")];
    await mkdir(localDir);
    await mkdir(remoteDir);
    return {
      communicator: comm,
      files: nodeFiles,
      localDir,
      remoteDir,
      dispose: async () => {
        await comm[Symbol.asyncDispose]();
        await rm(dir, { recursive: true, force: true });
      },
    };
  }
  communicatorContract("WinRM with NTLM, on a POSIX machine behind an independent service,", open, {
    without: ["modes", "links", "disconnects", "backslashes", "missing directories"],
  });
});
