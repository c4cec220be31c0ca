import { join } from "node:path";
import { expect, it } from "vitest";
import { runPeer, ServerProcess, workDirectory } from "./server-process.ts";

it("botocore pages, waits, retries and signs as at AWS", async () => {
  using work = workDirectory();
  await using server = await ServerProcess.start(join(work.path, "state"), "AKIDREHEARSAL", "secret/with+signs=");
  const script = join(import.meta.dirname, "botocore.py");
  const { code, stdout, stderr } = await runPeer("/usr/bin/python3", [script], {
    env: server.environment,
    cwd: work.path,
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    pages: true,
    images: true,
    "wrong secret": ["SignatureDoesNotMatch", 403],
    assumed: "arn:aws:sts::123456789012:assumed-role/r/session",
    retried: 1,
    reconnected: 1,
    denied: ["UnauthorizedOperation", 403],
  });
});
