import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "@kiln/host-node";
import type { ConnectConfig } from "@kiln/sdk";
import { type ContractFixture, communicatorContract } from "@kiln/sdk/testing/contracts";
import { afterAll, beforeAll } from "vitest";
import { connectTo } from "./connecting.ts";
import { type Sshd, startSshd } from "./sshd.ts";

let sshd: Sshd;
let narrow: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
  narrow = await startSshd({ config: ["MaxSessions 1"] });
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  await narrow[Symbol.asyncDispose]();
});

async function open(to: Sshd, config: Partial<ConnectConfig>): Promise<ContractFixture> {
  const dir = await mkdtemp(join(tmpdir(), "kiln-contract-"));
  const communicator = await connectTo(to.port, {
    ssh_username: to.user,
    ssh_private_key_file: to.keyFile,
    ssh_timeout: 20_000,
    ...config,
  });
  const [localDir, remoteDir] = [join(dir, "local"), join(dir, "remote")];
  await mkdir(localDir);
  await mkdir(remoteDir);
  return {
    communicator,
    files: nodeFiles,
    localDir,
    remoteDir,
    dispose: async () => {
      await communicator[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

communicatorContract("SSH with scp, on sshd,", () => open(sshd, {}));
communicatorContract("SSH with sftp, on sshd,", () => open(sshd, { ssh_file_transfer_method: "sftp" }));
communicatorContract("SSH with scp, on sshd with room for one session,", () => open(narrow, {}));
