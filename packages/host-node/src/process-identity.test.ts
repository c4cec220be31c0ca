import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { isAlive, thisProcess } from "./process-identity.ts";

it("knows itself as alive, and not another process of the same number", async () => {
  const self = await thisProcess();
  expect(await isAlive(self)).toBe(true);
  expect(await isAlive({ ...self, started: "another boot/1" })).toBe(false);
});

it("takes a process for over that its parent has not waited for", async () => {
  // The shell starts a process that says its number and its start, becomes a program that waits for nothing, and so keeps it a zombie.
  const script =
    "sh -c 'echo $$ $(cat /proc/$$/stat | cut -d\" \" -f22) $(cat /proc/sys/kernel/random/boot_id)' & exec sleep 60";
  const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    const [pid = "", started = "", boot = ""] = said.toString().trim().split(" ");
    const child = { pid: Number(pid), started: `${boot}/${started}` };
    await expect.poll(() => isAlive(child), { timeout: 10_000, interval: 20 }).toBe(false);
    // It is there all the same.
    expect(() => process.kill(child.pid, 0)).not.toThrow();
  } finally {
    parent.kill("SIGKILL");
  }
});
