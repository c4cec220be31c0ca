import { FakeClock, FakeHost } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import type { Qmp } from "../qmp/qmp.ts";
import { namedFiles } from "./cache-base.ts";
import { readState, writeState, writtenFiles } from "./migration.ts";

const { signal } = new AbortController();

/** QEMU, as far as commands and answers go; each command's answers in turn, the last one for ever. */
function qemu(answers: Readonly<Record<string, readonly unknown[]>>) {
  const asked: string[] = [];
  const left = new Map(Object.entries(answers).map(([name, all]) => [name, [...all]]));
  const execute = async (command: string, args: object = {}): Promise<unknown> => {
    asked.push(Object.keys(args).length > 0 ? `${command} ${JSON.stringify(args)}` : command);
    const all = left.get(command) ?? [];
    return all.length > 1 ? all.shift() : (all[0] ?? {});
  };
  return { qmp: { execute } as unknown as Qmp, asked };
}

it("writes a state through a program, for its owner alone, and waits for its end", async () => {
  const clock = new FakeClock();
  const { qmp, asked } = qemu({
    "query-migrate": [{ status: "setup" }, { status: "active" }, { status: "completed" }],
  });
  await writeState(qmp, "/store/it's/machine", clock, signal);
  expect(asked).toEqual([
    'migrate-set-parameters {"max-bandwidth":1099511627776}',
    `migrate {"uri":"exec:umask 077; cat > '/store/it'\\\\''s/machine'"}`,
    "query-migrate",
    "query-migrate",
    "query-migrate",
  ]);
});

it("lets the machine go on once its state is there", async () => {
  const { qmp, asked } = qemu({ "query-migrate": [{ status: "completed" }], "query-status": [{ running: false }] });
  await readState(qmp, "/machine", new FakeClock(), signal);
  expect(asked).toEqual([`migrate-incoming {"uri":"exec:cat '/machine'"}`, "query-migrate", "query-status", "cont"]);
});

it("says why a state cannot be had", async () => {
  const failing = qemu({ "query-migrate": [{ status: "failed", "error-desc": "Migration is disabled: 9p" }] });
  await expect(writeState(failing.qmp, "/m", new FakeClock(), signal)).rejects.toThrow(
    "the machine's state could not be saved: Migration is disabled: 9p",
  );
  const silent = qemu({ "query-migrate": [{}] });
  const clock = new FakeClock();
  await expect(readState(silent.qmp, "/m", clock, signal)).rejects.toThrow("nothing of it could be read");
  expect(clock.monotonic()).toBeLessThan(40_000);
});

it("waits as long as something moves, and calls it off when it is interrupted", async () => {
  const long = qemu({
    "query-migrate": [...Array.from({ length: 9_000 }, () => ({ status: "active" })), { status: "completed" }],
  });
  const clock = new FakeClock();
  await writeState(long.qmp, "/m", clock, signal);
  expect(clock.monotonic()).toBeGreaterThan(60_000);
  const stop = new AbortController();
  const endless = qemu({ "query-migrate": [{ status: "active" }] });
  const interrupting = {
    execute: (command: string) => {
      if (endless.asked.length === 5) stop.abort(new Error("interrupted"));
      return endless.qmp.execute(command);
    },
  } as unknown as Qmp;
  await expect(writeState(interrupting, "/m", new FakeClock(), stop.signal)).rejects.toThrow("interrupted");
  expect(endless.asked).toContain("migrate_cancel");
});

it("knows what the machine writes to", async () => {
  const blocks = [
    { device: "virtio0", inserted: { file: "out/disk", ro: false } },
    { device: "cd0", inserted: { file: "/iso", ro: true } },
    { device: "floppy0" },
  ];
  expect(await writtenFiles(qemu({ "query-block": [blocks] }).qmp, signal)).toEqual(["out/disk"]);
});

it("knows the files that qemuargs name", async () => {
  const host = new FakeHost({ files: { "/boot/kernel": "", "/images/more.qcow2": "", "x.img": "" } });
  const given = [
    ["-kernel", "/boot/kernel"],
    ["-drive", "if=virtio,file=/images/more.qcow2,format=qcow2"],
    ["-m", "512M"],
    ["-fda", "x.img"],
    ["-initrd", "/not/there"],
  ];
  expect(await namedFiles(host, given)).toEqual(["/boot/kernel", "/images/more.qcow2", "x.img"]);
});
