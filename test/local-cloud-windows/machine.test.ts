import { constants, privateDecrypt } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../packages/local-cloud/src/machine/contract.ts";
import { run } from "../kiln.ts";
import { accepts, openEverything, until, WindowsBed } from "./bed.ts";

let bed: WindowsBed;
beforeAll(async () => {
  bed = await WindowsBed.open();
});
afterAll(() => bed[Symbol.asyncDispose]());

const signal = (): AbortSignal => AbortSignal.timeout(30_000);
/** What commands say in a shell of the machine. */
async function inside(machine: Machine, input: string): Promise<string> {
  const [program = "", ...args] = machine.shellCommand();
  const said = await run(program, args, { input: `${input}\nexit\n` });
  return said.stdout.replaceAll("\r\n", "\n");
}

describe("a Windows stand-in", () => {
  it("lets nobody in before its user data says so, gives the password to the key's owner, and follows the service", async () => {
    const closed = await bed.launch(undefined);
    await until("it is ready", () => closed.console().includes("Windows is Ready to use"));
    expect(await accepts(closed.address, 5985)).toBe(false);
    const encrypted = Buffer.from(closed.passwordData ?? "", "base64");
    const plain = privateDecrypt({ key: bed.privateKey, padding: constants.RSA_PKCS1_PADDING }, encrypted).toString();
    expect(plain).toMatch(/^.{32}$/);
    const asked = await inside(closed, "winrm quickconfig -q | Out-Null\n'done'");
    expect(asked).toContain("done");
    await until("the port is open", () => accepts(closed.address, 5985));
    await inside(closed, "Stop-Service WinRM");
    await until("the port is closed", async () => !(await accepts(closed.address, 5985)));
    await closed.destroy(signal());
  });

  it("keeps disk, registry and address over a stop; user data runs once", async () => {
    const machine = await bed.launch("<powershell>\nAdd-Content C:\\runs.txt ran\n</powershell>");
    await until("the user data ran", () => machine.console().includes("ended with 0"));
    await inside(machine, "New-Item HKLM:\\SOFTWARE\\Kept | Out-Null");
    const { address } = machine;
    await machine.stop(signal());
    expect(machine.state).toBe("stopped");
    await machine.start(signal());
    expect(machine.address).toBe(address);
    await until("it is ready", () => machine.console().includes("Windows is Ready to use"));
    expect(
      await inside(
        machine,
        "(Get-Content C:\\runs.txt).Count\nTest-Path HKLM:\\SOFTWARE\\Kept\nTest-Path HKLM:\\SOFTWARE\\Other",
      ),
    ).toBe("1\nTrue\nFalse\n");
    await machine.destroy(signal());
  });

  it("restarts by itself, reports a shutdown from inside once, and starts again", async () => {
    const machine = await bed.launch(openEverything);
    await until("WinRM is open", () => accepts(machine.address, 5986));
    let exits = 0;
    machine.onExit(() => exits++);
    await inside(machine, "shutdown /r /t 0");
    await until("the port closes", async () => !(await accepts(machine.address, 5985)));
    await until("it is back", () => accepts(machine.address, 5985));
    expect(exits).toBe(0);
    await inside(machine, "Stop-Computer");
    await until("it is off", () => machine.state === "stopped");
    expect(exits).toBe(1);
    await machine.start(signal());
    expect(machine.state).toBe("running");
    await machine.destroy(signal());
  });

  it("becomes an image that starts after it is gone, apart from others of that image", async () => {
    const source = await bed.launch(undefined);
    await inside(source, "Set-Content C:\\first.txt one; Set-Content C:\\doomed.txt two; setx /m MADE yes");
    const target = join(bed.folder, "image");
    const image = await bed.machines.capture(source.id, target, signal());
    expect(image.bytes).toBeGreaterThan(0);
    expect(existsSync(`${target}.part`)).toBe(false);
    await source.destroy(signal());
    const [one, other] = [
      await bed.launch(undefined, { root: image.tree }),
      await bed.launch(undefined, { root: image.tree }),
    ];
    await inside(one, "Remove-Item C:\\doomed.txt");
    expect(await inside(one, "Get-Content c:\\FIRST.txt\n$env:MADE\nTest-Path C:\\doomed.txt")).toBe(
      "one\nyes\nFalse\n",
    );
    expect(await inside(other, "Test-Path C:\\doomed.txt")).toBe("True\n");
    await Promise.all([one.destroy(signal()), other.destroy(signal())]);
  });

  it("asks its own metadata, and leaves nothing of an aborted launch", async () => {
    const machine = await bed.launch(undefined);
    expect(await inside(machine, "Invoke-RestMethod http://169.254.169.254/latest/meta-data/instance-type")).toBe(
      "t2.micro\n",
    );
    await machine.destroy(signal());
    const wanted = bed.spec(undefined);
    await expect(bed.machines.launch(wanted, AbortSignal.abort())).rejects.toThrow();
    expect(bed.machines.find(wanted.id)).toBeUndefined();
  });
});
