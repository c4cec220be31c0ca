import { FakeHost, FakeRun, FakeUi } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { temporaryFileKind } from "./kind.ts";
import { temporaryFile } from "./temporary-file.ts";

it("makes a file of its own that goes with the step", async () => {
  const ctx = new FakeRun({ host: new FakeHost({ env: { TMPDIR: "/var/tmp" }, files: { "/var/tmp/x": "" } }) });
  const file = await temporaryFile(ctx, "text", { prefix: "packer-shell", extension: ".cmd", mode: 0o700 });
  expect(file.value).toMatch(/^\/var\/tmp\/packer-shell\d{10}\.cmd$/);
  expect(ctx.host.files.text(file.value)).toBe("text");
  expect((await ctx.host.files.stat(file.value))?.mode).toBe(0o700);
  await ctx.undo();
  expect(ctx.host.files.paths()).toEqual(["/var/tmp/x"]);
});

it("never takes a name that is taken", async () => {
  const host = new FakeHost();
  const first = await temporaryFile(new FakeRun({ host: new FakeHost() }), "", { prefix: "p", mode: 0o600 });
  host.files.put(first.value, "somebody else's");
  const second = await temporaryFile(new FakeRun({ host }), "ours", { prefix: "p", mode: 0o600 });
  expect(second.value).not.toBe(first.value);
  expect(host.files.text(first.value)).toBe("somebody else's");
});

it("is found and undone by another process with nothing but its path", async () => {
  const host = new FakeHost({ files: { "/tmp/packer-shell1": "left" } });
  const access = { host, ui: new FakeUi() };
  const { signal } = new AbortController();
  expect(await temporaryFileKind.find("/tmp/packer-shell2", access, signal)).toEqual([]);
  for (const ref of await temporaryFileKind.find("/tmp/packer-shell1", access, signal)) {
    expect(temporaryFileKind.describe("/tmp/packer-shell1", ref)).toBe("temporary file /tmp/packer-shell1");
    await temporaryFileKind.release(ref, access, signal);
    await temporaryFileKind.release(ref, access, signal);
  }
  expect(host.files.paths()).toEqual([]);
});
