import { FakeBuild, FakeHost } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import type { Settings } from "../settings.ts";
import { restoreDisks, restoredKey, stateFiles, storeDisks, storeKey } from "./state-files.ts";

it("brings disks and firmware variables back as they were, writable", async () => {
  const host = new FakeHost({ files: { "out/vm": "first", "out/vm-1": "second", "out/efivars.fd": "vars" } });
  await host.files.makeDirectory("/state");
  const ctx = new FakeBuild({ host });
  const settings = {
    disks: ["out/vm", "out/vm-1"],
    output: "out",
    format: "qcow2",
    efi: { code: "", vars: "" },
  } as unknown as Settings;
  await storeDisks(ctx, settings, "/state");
  host.files.put("out/vm", "changed");
  await host.files.remove("out/efivars.fd");
  await host.files.chmod("/state/disk-0", 0o600);
  await restoreDisks(ctx, settings, "/state");
  expect(["out/vm", "out/vm-1", "out/efivars.fd"].map((path) => host.files.text(path))).toEqual([
    "first",
    "second",
    "vars",
  ]);
  expect((await host.files.stat("out/vm"))?.mode).toBe(0o644);
});

it("keeps a raw disk as qcow2, which is as small as what is in it", async () => {
  const host = new FakeHost();
  const ctx = new FakeBuild({ host });
  const settings = { disks: ["out/vm"], output: "out", format: "raw" } as unknown as Settings;
  await storeDisks(ctx, settings, "/state");
  await restoreDisks(ctx, settings, "/state");
  expect(host.spawned.map(({ args }) => args.join(" "))).toEqual([
    "convert -U -f raw -O qcow2 out/vm /state/disk-0",
    "convert -f qcow2 -O raw /state/disk-0 out/vm",
  ]);
});

it("keeps the key that the machine knows for its owner alone, and masks it when it comes back", async () => {
  const ctx = new FakeBuild();
  await ctx.host.files.makeDirectory("/state");
  expect(await restoredKey(ctx, "/state")).toBeUndefined();
  const key = await ctx.generateKeyPair(undefined, "packer_1");
  await storeKey(ctx, key, "/state");
  expect((await ctx.host.files.stat(stateFiles("/state").key))?.mode).toBe(0o600);
  expect(await restoredKey(ctx, "/state")).toEqual(key);
  expect(ctx.masked).toContain(key.privateKey);
});
