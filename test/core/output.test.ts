import { expect, it } from "vitest";
import { kilnBinary, run } from "../kiln.ts";

/** A reader that comes late to a pipe that must not block, as some shells and supervisors give. */
const lateReader = `
import os, fcntl, subprocess, sys, time
r, w = os.pipe()
fcntl.fcntl(w, fcntl.F_SETFL, fcntl.fcntl(w, fcntl.F_GETFL) | os.O_NONBLOCK)
program = subprocess.Popen([sys.argv[1], "schema"], stdout=w)
os.close(w)
time.sleep(1)
while True:
    piece = os.read(r, 5000)
    if not piece: break
    sys.stdout.buffer.write(piece)
sys.exit(program.wait())
`;

it("comes whole out of a pipe that takes it piece by piece", async () => {
  const whole = await run(kilnBinary(), ["schema"]);
  expect(whole.stdout.length).toBeGreaterThan(200_000);
  expect(await run("python3", ["-c", lateReader, kilnBinary()])).toEqual(whole);
});

it.each([
  ["a reader that goes away", '"$1" schema | head -c 3'],
  ["no standard output at all", '"$1" schema >&-'],
  ["a device that is full", '"$1" schema >/dev/full'],
])("says nothing of %s", async (_, script) => {
  const done = await run("bash", ["-o", "pipefail", "-c", script, "bash", kilnBinary()]);
  expect(done).toMatchObject({ code: 0, stderr: "" });
});
