import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";
import { accepts, openSealed, password, until, WindowsBed } from "./bed.ts";

let windows: WindowsBed;
let bed: KilnBed;
beforeAll(async () => {
  windows = await WindowsBed.open();
  bed = new KilnBed();
});
afterAll(async () => {
  await windows?.[Symbol.asyncDispose]();
  bed?.[Symbol.dispose]();
});

describe("windows-restart", () => {
  it("asks the registry whether a restart is pending, by its own keys", async () => {
    const machine = await windows.launch(openSealed);
    await until("WinRM is open", () => accepts(machine.address, 5985));
    const path = join(bed.folder, "template.json");
    const builder = {
      type: "null",
      communicator: "winrm",
      winrm_host: machine.address,
      winrm_username: "Administrator",
      winrm_password: password,
      winrm_use_ntlm: true,
    };
    const restart = { type: "windows-restart", check_registry: true, restart_timeout: "1m" };
    await writeFile(path, JSON.stringify({ builders: [builder], provisioners: [restart] }));
    const { code, stdout, stderr } = await bed.run(["build", "-color=false", path]);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("Machine successfully restarted, moving on");
    await machine.destroy(AbortSignal.timeout(30_000));
  });
});
