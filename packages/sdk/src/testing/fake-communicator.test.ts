import { describe, expect, it } from "vitest";
import { communicatorContract } from "./communicator-contract.ts";
import { FakeCommunicator } from "./fake-communicator.ts";
import { FakeFiles } from "./fake-files.ts";

communicatorContract("The fake", async () => {
  const files = new FakeFiles();
  await files.makeDirectory("/local");
  const communicator = new FakeCommunicator({ files });
  communicator.makeDirectories("/remote");
  return { communicator, files, localDir: "/local", remoteDir: "/remote", dispose: async () => {} };
});

describe("the fake communicator", () => {
  const signal = new AbortController().signal;
  it("answers as the test says, and records what it was asked", async () => {
    const comm = new FakeCommunicator({
      onExec: ({ command }) => (command === "uname" ? { stdout: "Linux\n" } : undefined),
    });
    let said = "";
    const onOutput = ({ bytes }: { bytes: Uint8Array }): void => {
      said += new TextDecoder().decode(bytes);
    };
    expect(await comm.exec("uname", { signal, onOutput })).toEqual({ exit: 0 });
    expect(await comm.exec("exit 3", { signal, pty: true })).toEqual({ exit: 3 });
    expect(await comm.exec("frobnicate", { signal })).toEqual({ exit: 127 });
    expect(said).toBe("Linux\n");
    expect(comm.commands).toEqual(["uname", "exit 3", "frobnicate"]);
    expect(comm.executed[1]?.pty).toBe(true);
  });
});
