import { Worker } from "node:worker_threads";

/**
 * One worker per algorithm: hashing is CPU work and each algorithm keeps one core busy. Plain source text, so that the shipped bundle
 * needs no second file.
 */
const workerSource = `
const { parentPort, workerData } = require("node:worker_threads");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const hash = createHash(workerData.algorithm);
const fd = fs.openSync(workerData.path, "r");
try {
  const buffer = Buffer.allocUnsafeSlow(1 << 20);
  for (;;) {
    const n = fs.readSync(fd, buffer, 0, buffer.length, null);
    if (n === 0) break;
    hash.update(buffer.subarray(0, n));
  }
} finally {
  fs.closeSync(fd);
}
parentPort.postMessage(hash.digest("hex"));
`;

/** Files smaller than this are hashed where we are: a worker costs more than it saves. */
const worthAWorker = 8 * 1024 * 1024;

async function digestInWorker(path: string, algorithm: string, signal: AbortSignal): Promise<string> {
  const worker = new Worker(workerSource, { eval: true, workerData: { path, algorithm } });
  const abort = (): void => void worker.terminate();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () => reject(signal.reason ?? new Error(`hashing ${path} ended early`)));
    });
  } finally {
    signal.removeEventListener("abort", abort);
    await worker.terminate();
  }
}

/** Hex digests of a file. */
export async function digestFile(
  path: string,
  algorithms: readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  signal.throwIfAborted();
  const { createHash } = await import("node:crypto");
  const { createReadStream } = await import("node:fs");
  const { stat } = await import("node:fs/promises");
  const wanted = [...new Set(algorithms)];
  const { size } = await stat(path);
  if (size < worthAWorker) {
    const hashes = wanted.map((algorithm) => createHash(algorithm));
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
      for (const hash of hashes) hash.update(chunk as Uint8Array);
    }
    return Object.fromEntries(wanted.map((algorithm, i) => [algorithm, hashes[i]?.digest("hex") ?? ""]));
  }
  const digests = await Promise.all(wanted.map((algorithm) => digestInWorker(path, algorithm, signal)));
  return Object.fromEntries(wanted.map((algorithm, i) => [algorithm, digests[i] ?? ""]));
}
