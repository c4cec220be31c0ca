import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Exit, Machine, MachineSpec, Machines, RootTree } from "./contract.ts";

/** What the suite needs beside the machines: a way to change them from inside. */
export interface MachinesBench {
  readonly machines: Machines;
  /** A directory name that does not exist yet, for an image. */
  readonly freshTarget: () => string;
  readonly write: (machine: Machine, path: string, text: string) => Promise<void>;
  readonly remove: (machine: Machine, path: string) => Promise<void>;
  /** The file's text, or undefined where there is none. */
  readonly read: (machine: Machine, path: string) => Promise<string | undefined>;
  /** Ends the machine from inside. */
  readonly endFromInside: (machine: Machine, how: Exit) => Promise<void>;
  readonly authorizedKeys: readonly string[];
}

/** What every implementation of `Machines` must keep, the in-memory one and the real one. `open` is called twice. */
export function machinesContract(name: string, open: () => Promise<MachinesBench>): void {
  describe(`${name} keeps the machines contract`, () => {
    let bench: MachinesBench;
    let made = 0;
    const signal = (): AbortSignal => AbortSignal.timeout(30_000);
    const spec = (root: RootTree = { base: { kind: "host" }, layers: [] }): MachineSpec => ({
      id: `i-contract${(made++).toString().padStart(4, "0")}`,
      root,
      hostName: `ip-contract-${made}`,
      defaultUser: "ubuntu",
      authorizedKeys: bench.authorizedKeys,
      metadata: () => undefined,
      metadataOptions: { enabled: true, tokensRequired: true, hopLimit: 1 },
    });
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(async () => {
      await bench.machines[Symbol.asyncDispose]();
    });

    it("launches a machine that runs, has an address, and is found by its id", async () => {
      const wanted = spec();
      const machine = await bench.machines.launch(wanted, signal());
      expect(machine.id).toBe(wanted.id);
      expect(machine.state).toBe("running");
      expect(machine.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(machine.console()).not.toBe("");
      expect(bench.machines.find(wanted.id)).toBe(machine);
      await expect(bench.machines.launch(wanted, signal())).rejects.toThrow("cannot name a new machine");
      await machine.destroy(signal());
    });

    it("gives machines that run at the same time different addresses", async () => {
      const [one, other] = await Promise.all([
        bench.machines.launch(spec(), signal()),
        bench.machines.launch(spec(), signal()),
      ]);
      expect(one.address).not.toBe(other.address);
      await Promise.all([one.destroy(signal()), other.destroy(signal())]);
    });

    it("keeps disk and address over a stop, without an exit being reported", async () => {
      const machine = await bench.machines.launch(spec(), signal());
      let exits = 0;
      machine.onExit(() => exits++);
      await bench.write(machine, "/var/kept", "as it was");
      await machine.stop(signal());
      expect(machine.state).toBe("stopped");
      const { address } = machine;
      await machine.start(signal());
      expect(machine.state).toBe("running");
      expect(machine.address).toBe(address);
      expect(await bench.read(machine, "/var/kept")).toBe("as it was");
      expect(exits).toBe(0);
      await machine.destroy(signal());
    });

    it.each(["power-off", "reboot"] as const)("reports a %s from inside once, and can start again", async (how) => {
      const machine = await bench.machines.launch(spec(), signal());
      await bench.write(machine, "/var/kept", "as it was");
      const { address } = machine;
      const exits: Exit[] = [];
      const exited = new Promise<void>((resolve) => {
        machine.onExit((exit) => {
          exits.push(exit);
          resolve();
        });
      });
      await bench.endFromInside(machine, how);
      await exited;
      expect(machine.state).toBe("stopped");
      await machine.start(signal());
      expect(machine).toMatchObject({ state: "running", address });
      expect(await bench.read(machine, "/var/kept")).toBe("as it was");
      expect(exits).toEqual([how]);
      await machine.destroy(signal());
    });

    it("captures an image that starts after its source is gone, with what was changed and removed", async () => {
      const source = await bench.machines.launch(spec(), signal());
      await bench.write(source, "/var/first", "one");
      await bench.write(source, "/var/doomed", "two");
      const target = bench.freshTarget();
      const image = await bench.machines.capture(source.id, target, signal());
      expect(image.bytes).toBeGreaterThan(0);
      await source.destroy(signal());

      const second = await bench.machines.launch(spec(image.tree), signal());
      expect(await bench.read(second, "/var/first")).toBe("one");
      await bench.remove(second, "/var/doomed");
      await second.stop(signal());
      const later = await bench.machines.capture(second.id, bench.freshTarget(), signal());
      await second.destroy(signal());

      const third = await bench.machines.launch(spec(later.tree), signal());
      expect(await bench.read(third, "/var/first")).toBe("one");
      expect(await bench.read(third, "/var/doomed")).toBeUndefined();
      await third.destroy(signal());
    });

    it("keeps machines of one image apart", async () => {
      const [one, other] = await Promise.all([
        bench.machines.launch(spec(), signal()),
        bench.machines.launch(spec(), signal()),
      ]);
      await bench.write(one, "/var/mine", "one's");
      expect(await bench.read(other, "/var/mine")).toBeUndefined();
      await Promise.all([one.destroy(signal()), other.destroy(signal())]);
    });

    it("forgets a destroyed machine, which stays destroyed", async () => {
      const machine = await bench.machines.launch(spec(), signal());
      await machine.destroy(signal());
      await machine.destroy(signal());
      expect(machine.state).toBe("destroyed");
      expect(bench.machines.find(machine.id)).toBeUndefined();
      await expect(machine.start(signal())).rejects.toThrow("is gone");
    });

    it("leaves nothing of an aborted launch, and knows no machine it did not launch", async () => {
      const wanted = spec();
      await expect(bench.machines.launch(wanted, AbortSignal.abort())).rejects.toThrow();
      expect(bench.machines.find(wanted.id)).toBeUndefined();
      await expect(bench.machines.capture("i-unknown", bench.freshTarget(), signal())).rejects.toThrow(
        "there is no machine",
      );
    });

    it("destroys every machine when it is disposed of", async () => {
      const other = await open();
      const machine = await other.machines.launch(spec(), signal());
      await other.machines[Symbol.asyncDispose]();
      expect(machine.state).toBe("destroyed");
      await expect(other.machines.launch(spec(), signal())).rejects.toThrow("disposed of");
    });
  });
}
