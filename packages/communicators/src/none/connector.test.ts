import type { ConnectConfig } from "@kiln/sdk";
import { FakeHost, FakeUi } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { connectors } from "../index.ts";

it("communicator none runs nothing successfully and moves nothing", async () => {
  const none = await connectors.none();
  const signal = new AbortController().signal;
  const access = { host: new FakeHost(), ui: new FakeUi(), signal, secrets: { add: () => {} } };
  const address = async () => ({ host: "nowhere", port: 22 });
  const comm = await none.connect({ config: { communicator: "none" } as ConnectConfig, address }, access);
  expect(comm.kind).toBe("none");
  expect(await comm.exec("exit 3", { signal })).toEqual({ exit: 0 });
  const source = (async function* () {})();
  await expect(comm.upload(source, "/x", { signal })).rejects.toThrow(
    "Upload is not implemented when communicator = 'none'",
  );
  await expect(comm.uploadDirectory("/x", "/y", { signal })).rejects.toThrow("UploadDir is not implemented");
  await expect(comm.downloadDirectory("/x", "/y", { signal })).rejects.toThrow("DownloadDir is not implemented");
  const read = comm.download("/x", { signal })[Symbol.asyncIterator]().next();
  await expect(read).rejects.toThrow("Download is not implemented when communicator = 'none'");
});
