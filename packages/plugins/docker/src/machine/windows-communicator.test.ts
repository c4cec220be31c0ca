import { FakeHost } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { fakeEngine } from "../engine/fake-engine.ts";
import { WindowsContainerCommunicator } from "./windows-communicator.ts";

function machine(exec?: () => Promise<{ exit: number }>) {
  const host = new FakeHost({ files: { "/tree/a.txt": "A", "/tree/sub/b.txt": "B", "/shared/.keep": "" } });
  const engine = fakeEngine(exec ? { exec } : {});
  const comm = new WindowsContainerCommunicator(
    { engine, container: "c1", execUser: "", pty: false, files: host.files, clock: host.clock },
    { hostDir: "/shared", containerDir: "c:/packer-files" },
  );
  return { host, engine, comm };
}
const { signal } = new AbortController();
async function* source(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

it("runs commands with PowerShell", async () => {
  const { comm, engine } = machine();
  expect(comm.kind).toBe("dockerWindowsContainer");
  await comm.exec("dir C:\\", { signal });
  expect(engine.commands).toEqual([["powershell", "(dir C:\\)"]]);
});

it("copies through the shared directory, and leaves nothing there", async () => {
  const { comm, engine, host } = machine();
  await comm.upload(source("x"), "C:/x.txt", { signal, size: 1 });
  await comm.uploadDirectory("/tree", "C:/to", { signal });
  await comm.uploadDirectory("/tree/", "C:/to", { signal });
  expect(engine.commands.map(([, command]) => command)).toEqual([
    "(Copy-Item -Path c:/packer-files/upload1 -Destination C:/x.txt)",
    "(Copy-Item c:/packer-files/dirupload2 -Destination C:/to/tree -Recurse)",
    "(Copy-Item c:/packer-files/dirupload3 -Destination C:/to -Recurse)",
  ]);
  expect(host.files.paths().filter((path) => path.startsWith("/shared"))).toEqual(["/shared/.keep"]);
});

it("refuses with what PowerShell says", async () => {
  const { comm } = machine(async () => ({ exit: 1 }));
  await expect(comm.upload(source("x"), "C:/x.txt", { signal, size: 1 })).rejects.toMatchObject({
    code: "transfer/refused",
    message: "Failed to upload to 'C:/x.txt' in container: exit code 1",
  });
});
