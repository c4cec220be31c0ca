/**
 * A machine's SSH server as a program: started in the network namespace that will be the machine's, with this host's files.
 * Says `loaded` on standard output, takes its settings as one line of JSON on standard input, waits for a second line, which says that
 * the machine is up (until then its first process has the host's tree), says `listening`, and ends when its input does, that is
 * with the process that started it.
 */
import { exit, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { FileWorkers, fileWorkerProgram } from "./file-worker.ts";
import { PipePool } from "./pipe-pool.ts";
import { startSshServer } from "./server.ts";
import type { SshServerSettings } from "./settings.ts";
import { TreeView } from "./tree-view.ts";

const lines = createInterface({ input: stdin });
lines.once("line", (line) => {
  const up = new Promise<unknown>((resolve) => void lines.once("line", resolve));
  serve(JSON.parse(line) as SshServerSettings, up).catch((error: unknown) => {
    stdout.write(`failed ${error instanceof Error ? error.message : String(error)}\n`);
    exit(1);
  });
});
lines.once("close", () => exit(0));
stdout.write("loaded\n");

async function serve(settings: SshServerSettings, up: Promise<unknown>): Promise<void> {
  const tree = new TreeView(`/proc/${settings.machineProcess}/root`);
  const pipes = new PipePool(settings.pipes);
  const workers = new FileWorkers(fileWorkerProgram(), pipes);
  await Promise.all([pipes.fill(), up.then(() => startSshServer({ settings, tree, pipes, workers }))]);
  stdout.write("listening\n");
  await workers.prepare();
}
