import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KilnBed, run } from "../kiln.ts";
import { buildGoPeer, type Peer, pythonWithSpnego, startPythonPeer } from "./peers.ts";

let go: ReturnType<typeof buildGoPeer>;
let peer: Peer;
let bed: KilnBed;
beforeAll(async () => {
  go = buildGoPeer();
  peer = await go.start();
  bed = new KilnBed();
});
afterAll(async () => {
  await peer?.[Symbol.asyncDispose]();
  go?.remove();
  bed?.[Symbol.dispose]();
});

async function template(options: object, provisioners: readonly object[] = []): Promise<string> {
  const path = join(bed.folder, `template-${Math.random()}.json`);
  const builder = {
    type: "null",
    communicator: "winrm",
    winrm_host: "127.0.0.1",
    winrm_username: "Administrator",
    ...options,
  };
  await writeFile(path, JSON.stringify({ builders: [builder], provisioners }));
  return path;
}

/** The lines about the connection, without their labels, and in the spelling of newer versions than 1.6.6. */
function comparable(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => /WinRM|winrm/.test(line))
    .map((line) =>
      line
        .replace(/^(?:==> | {4})null: /, "")
        .replace("Using winrm", "Using WinRM")
        .trim(),
    );
}

describe("a build over WinRM", () => {
  it("prints the lines that Debian's packer prints", async () => {
    const path = await template({ winrm_port: peer.port, winrm_password: "S3cret-word" });
    const kiln = await bed.run(["build", "-color=false", path]);
    const packer = await run("/usr/bin/packer", ["build", "-color=false", path]);
    expect(kiln.code).toBe(0);
    expect(comparable(kiln.stdout)).toEqual(comparable(packer.stdout));
    expect(comparable(kiln.stdout)).toEqual([
      "Using WinRM communicator to connect: 127.0.0.1",
      "Waiting for WinRM to become available...",
      "WinRM connected.",
      "Connected to WinRM!",
    ]);
    expect(kiln.stdout + kiln.stderr).not.toContain("S3cret-word");
  });
  it("sends files over sealed messages", async () => {
    await using sealed = await startPythonPeer(pythonWithSpnego(), "Administrator", "S3cret-word");
    const source = join(bed.folder, "source.txt");
    await writeFile(source, "content\n".repeat(10_000));
    const destination = join(bed.folder, "made", "here", "arrived.txt");
    const path = await template({ winrm_port: sealed.port, winrm_password: "S3cret-word", winrm_use_ntlm: true }, [
      { type: "file", source, destination },
    ]);
    const { code, stdout } = await bed.run(["build", "-color=false", path]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Uploading ${source} => ${destination}`)]);
    expect(await readFile(destination, "utf8")).toBe("content\n".repeat(10_000));
  });
  it("fails with the stage and the advice, and the password nowhere", async () => {
    await using sealed = await startPythonPeer(pythonWithSpnego(), "Administrator", "other");
    const path = await template({ winrm_port: sealed.port, winrm_password: "S3cret-word", winrm_timeout: "2s" });
    const { code, stdout, stderr } = await bed.run(["build", "-color=false", path]);
    expect(code).toBe(1);
    expect(stdout).toContain("Timeout waiting for WinRM.");
    expect(stdout).toContain("the server takes no basic authentication; it takes negotiate");
    expect(stdout).toContain("set winrm_use_ntlm = true");
    expect(stdout + stderr).not.toContain("S3cret-word");
  });
  it("is refused by validate where options are wrong", async () => {
    const path = await template({ winrm_username: "", winrm_port: 123_456 });
    const { code, stdout, stderr } = await bed.run(["validate", path]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("winrm_username must be specified.");
    expect(stdout + stderr).toContain("winrm_port must be between 1 and 65535, not 123456");
  });
});
