import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Exit, Machine } from "../../packages/local-cloud/src/machine/contract.ts";
import { openBench, type RealBench } from "./bench.ts";

const soon = (): AbortSignal => AbortSignal.timeout(30_000);

describe("a machine that ends itself", () => {
  let bench: RealBench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  const exitOf = (machine: Machine): Promise<Exit> => new Promise((resolve) => machine.onExit(resolve));

  // A restart that comes of reboot(2) alone, past the stand-ins, as some tools make one.
  const call = "sudo python3 -c 'import ctypes; ctypes.CDLL(None).reboot(0x01234567)'";
  it.each([
    ["sudo reboot", "reboot"],
    ["sudo shutdown -r now; exit 0", "reboot"],
    ["sudo systemctl reboot", "reboot"],
    ["sudo init 6", "reboot"],
    [call, "reboot"],
    ["sudo poweroff", "power-off"],
    ["sudo halt -p", "power-off"],
    ["sudo shutdown -h +0; true", "power-off"],
    ["sudo systemctl poweroff", "power-off"],
  ] as const)("drops its connections at `%s`, and is to %s", async (command, how) => {
    const machine = await bench.machines.launch(bench.spec(`i-${Math.random().toString(16).slice(2)}`), soon());
    const exited = exitOf(machine);
    const idle = bench.ssh(machine, "trap '' TERM; sleep 1000");
    // OpenSSH's 255: the connection broke, and nobody said how the command ended.
    expect((await bench.ssh(machine, command)).code).toBe(255);
    expect((await idle).code).toBe(255);
    expect(await exited).toBe(how);
    await machine.destroy(soon());
  });

  it("drops the connections of one that is destroyed, too", async () => {
    const machine = await bench.machines.launch(bench.spec("i-destroyed"), soon());
    const held = bench.ssh(machine, "echo up; sleep 1000");
    await bench.ssh(machine, "true");
    await machine.destroy(soon());
    expect((await held).code).toBe(255);
  });

  it("comes back as a system does that was restarted", async () => {
    const userData = Buffer.from(
      "#cloud-config\nbootcmd: ['echo boot >>/var/boots']\nruncmd: ['echo first >>/var/firsts']\n",
    );
    const machine = await bench.machines.launch(bench.spec("i-again", { userData }), soon());
    const look = async (): Promise<{ readonly bootId: string; readonly upSeconds: number }> => {
      const said = await bench.ssh(machine, "cat /proc/sys/kernel/random/boot_id /proc/uptime");
      const [bootId = "", uptime = ""] = said.output.split("\n");
      return { bootId, upSeconds: Number.parseFloat(uptime) };
    };
    const before = await look();
    expect(before.upSeconds).toBeLessThan(60);
    await bench.ssh(
      machine,
      "echo renamed | sudo tee /etc/hostname; sudo touch /run/gone /tmp/gone /dev/shm/gone /var/kept; sleep 1",
    );
    const exited = exitOf(machine);
    await bench.ssh(machine, "sudo reboot");
    expect(await exited).toBe("reboot");
    await machine.start(soon());
    const after = await look();
    expect(after.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(after.bootId).not.toBe(before.bootId);
    expect(after.upSeconds).toBeLessThan(before.upSeconds + 1);
    const said = await bench.ssh(
      machine,
      "hostname; ls -d /run/gone /tmp/gone /dev/shm/gone /var/kept; until [ -e /var/firsts ] && [ $(wc -l </var/boots) = 2 ]; do sleep 0.1; done; cat /var/boots /var/firsts",
    );
    expect(said.output).toBe("renamed\n/var/kept\nboot\nboot\nfirst\n");
    await machine.destroy(soon());
  });

  it("comes back at its address on the host's network as well", async () => {
    await using shared = await openBench({ network: "host" });
    const machine = await shared.machines.launch(shared.spec("i-host-again"), soon());
    const exited = exitOf(machine);
    expect((await shared.ssh(machine, "sudo reboot")).code).toBe(255);
    expect(await exited).toBe("reboot");
    await machine.start(soon());
    expect((await shared.ssh(machine, "hostname")).output).toBe("ip-i-host-again\n");
  });

  it("restarts at the time that was set, unless that is taken back, and refuses times that it cannot keep", async () => {
    const machine = await bench.machines.launch(bench.spec("i-later"), soon());
    const set = await bench.ssh(machine, "sudo shutdown -r +1 && sudo shutdown -c && ls /run/rehearsal/shutdown");
    expect(set.output).toContain("Shutdown scheduled in 1 minute");
    expect(set.errors).toContain("No such file");
    const refused = await bench.ssh(machine, "sudo shutdown -r 23:59");
    expect(refused.code).toBe(1);
    expect(refused.errors).toContain("the time '23:59' ('now' and '+MINUTES' are) is not understood");
    expect((await bench.ssh(machine, "shutdown -r now")).errors).toContain("must be superuser");
    await machine.destroy(soon());
  });
});
