import process from "node:process";
import { type Credentials, createMachines, startLocalCloud } from "@kiln/local-cloud";

/**
 * A local cloud with real machines as a process of its own: `node serve.ts DIRECTORY [ACCESS_KEY SECRET_KEY]`. Says its
 * environment as one line of JSON; SIGTERM ends it.
 */
const [directory, accessKeyId, secretAccessKey] = process.argv.slice(2);
if (directory === undefined) throw new Error("usage: node serve.ts DIRECTORY [ACCESS_KEY SECRET_KEY]");
const credentials: Credentials[] = accessKeyId && secretAccessKey ? [{ accessKeyId, secretAccessKey }] : [];

const stop = Promise.withResolvers<void>();
process.on("SIGTERM", () => stop.resolve());
await using machines = await createMachines(
  { stateDirectory: directory, environment: process.env },
  new AbortController().signal,
);
await using cloud = await startLocalCloud({
  directory,
  machines,
  ...(credentials.length > 0 && { credentials }),
  onDefect: (error) => process.stderr.write(`defect: ${String(error)}\n`),
});
process.stdout.write(`${JSON.stringify({ ...cloud.environment(), policy: `${cloud.endpoint}/_kiln/policy` })}\n`);
await stop.promise;
