import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectTo } from "./connecting.ts";
import { type Sshd, startSshd } from "./sshd.ts";

/** The keys of a connection change in the middle of transfers; ciphers of both kinds must go on with the new ones. */
let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd({ config: ["RekeyLimit 3M"] });
});
afterAll(() => sshd[Symbol.asyncDispose]());

it.each([
  ["aes128-gcm@openssh.com", "sftp"],
  ["aes256-gcm@openssh.com", "scp"],
  ["aes128-ctr", "sftp"],
  ["chacha20-poly1305@openssh.com", "scp"],
] as const)("bytes go both ways unharmed while %s is keyed anew, over %s", async (cipher, method) => {
  const signal = AbortSignal.timeout(60_000);
  await using communicator = await connectTo(sshd.port, {
    ssh_username: "root",
    ssh_private_key_file: sshd.keyFile,
    ssh_timeout: 15_000,
    ssh_ciphers: [cipher],
    ssh_file_transfer_method: method,
  });
  const sent = randomBytes(20 << 20);
  const path = `/tmp/kiln-rekeying-${process.pid}`;
  try {
    const pieces = (async function* () {
      for (let at = 0; at < sent.length; at += 100_000) yield sent.subarray(at, at + 100_000);
    })();
    await communicator.upload(pieces, path, { signal, size: sent.length });
    const received: Uint8Array[] = [];
    for await (const piece of communicator.download(path, { signal })) received.push(Uint8Array.from(piece));
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  } finally {
    execFileSync("rm", ["-f", path]);
  }
});
