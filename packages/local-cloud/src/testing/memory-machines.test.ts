import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machinesContract } from "../machine/contract-suite.ts";
import { MemoryMachine, MemoryMachines } from "./memory-machines.ts";

function memory(machine: unknown): MemoryMachine {
  if (!(machine instanceof MemoryMachine)) throw new TypeError("not a machine in memory");
  return machine;
}

machinesContract("MemoryMachines", async () => {
  const folder = await mkdtemp(join(tmpdir(), "memory-machines-"));
  let targets = 0;
  return {
    machines: new MemoryMachines(),
    freshTarget: () => join(folder, String(targets++)),
    write: async (machine, path, text) => void memory(machine).files.set(path, text),
    remove: async (machine, path) => void memory(machine).files.delete(path),
    read: async (machine, path) => memory(machine).files.get(path),
    endFromInside: async (machine, how) => memory(machine).endFromInside(how),
    authorizedKeys: [],
  };
});
