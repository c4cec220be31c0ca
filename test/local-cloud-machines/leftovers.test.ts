import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openBench, say } from "./bench.ts";

const owners = "/run/kiln-machines";

/** The clouds that a process holds now, by the names they go under. Other suites may hold others at the same time. */
function cloudsOf(pid: number): readonly string[] {
  return existsSync(owners) ? readdirSync(owners).filter((name) => name.startsWith(`${pid}-`)) : [];
}

/** What a cloud has on this host: its note, its bridge and cables, its address translation. */
async function tracesOf(clouds: readonly string[]): Promise<readonly string[]> {
  const found = clouds.filter((name) => existsSync(join(owners, name)));
  const tables = await say("nft", ["list", "tables"]);
  for (const cloud of clouds) {
    const short = createHash("sha256").update(cloud).digest("hex").slice(0, 8);
    found.push(...readdirSync("/sys/class/net").filter((name) => name.startsWith(`kiln${short}`)));
    if (tables.output.includes(`kiln_${short}`)) found.push(`table kiln_${short}`);
  }
  return found;
}

/** Interfaces whose packets are forwarded; back to what it was once nobody holds a cloud. */
function forwarding(): readonly string[] {
  const devices = readdirSync("/proc/sys/net/ipv4/conf").filter((name) => !name.startsWith("kiln"));
  return devices.filter((name) => readFileSync(`/proc/sys/net/ipv4/conf/${name}/forwarding`, "utf8").trim() === "1");
}

describe("what machines leave behind", () => {
  it("is nothing after they are disposed of", async () => {
    const isAlone = !existsSync(owners);
    const before = forwarding();
    const bench = await openBench();
    const clouds = cloudsOf(process.pid);
    await bench.machines.launch(bench.spec("i-leave"), AbortSignal.timeout(30_000));
    expect((await tracesOf(clouds)).length).toBe(4);
    await bench.machines[Symbol.asyncDispose]();
    expect(await tracesOf(clouds)).toEqual([]);
    expect(readdirSync(join(bench.folder, "state/machines"))).toEqual([]);
    expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(bench.folder);
    if (isAlone && !existsSync(owners)) expect(forwarding()).toEqual(before);
    await bench[Symbol.asyncDispose]();
  });

  it("is nothing after their process was killed", async () => {
    const folder = await mkdtemp("/var/tmp/machines-test-");
    const program = join(folder, "program.mts");
    await writeFile(program, programText(join(folder, "state")));
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve) => void child.stdout.once("data", () => resolve()));
    const { pid = 0 } = child;
    const clouds = cloudsOf(pid);
    expect((await tracesOf(clouds)).length).toBe(4);
    const family = (await say("pgrep", ["-P", String(pid)])).output.trim().split("\n");
    expect(family.length).toBeGreaterThan(2);
    child.kill("SIGKILL");
    const left = async (): Promise<readonly string[]> => [
      ...(await tracesOf(clouds)),
      ...readdirSync(join(folder, "state/machines")),
      ...family.filter((each) => existsSync(`/proc/${each}`)),
    ];
    for (let tries = 0; tries < 80 && (await left()).length > 0; tries++)
      await new Promise((resolve) => void setTimeout(resolve, 100));
    expect(await left()).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });

  it("is swept by the next cloud when even the caretaker was killed", async () => {
    const folder = await mkdtemp("/var/tmp/machines-test-");
    const program = join(folder, "program.mts");
    await writeFile(program, programText(join(folder, "state")));
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve) => void child.stdout.once("data", () => resolve()));
    const { pid = 0 } = child;
    const clouds = cloudsOf(pid);
    const caretaker = (await say("pgrep", ["-P", String(pid), "-x", "sh"])).output.trim();
    process.kill(Number(caretaker), "SIGKILL");
    child.kill("SIGKILL");
    await new Promise<void>((resolve) => void child.once("exit", () => resolve()));
    expect((await tracesOf(clouds)).length).toBeGreaterThan(1);
    await using next = await openBench();
    expect(next.machines.capabilities.clone).toBeDefined();
    expect(await tracesOf(clouds)).toEqual([]);
    expect(readdirSync(join(folder, "state/machines"))).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });
});

/** A program that holds one machine until it is killed. */
function programText(state: string): string {
  const entry = fileURLToPath(new URL("../../packages/local-cloud/src/machine/create-machines.ts", import.meta.url));
  const spec = {
    id: "i-killed",
    root: { base: { kind: "host" }, layers: [] },
    hostName: "killed",
    defaultUser: "ubuntu",
    authorizedKeys: [],
    metadataOptions: { enabled: true, tokensRequired: true, hopLimit: 1 },
  };
  return `import { createMachines } from ${JSON.stringify(entry)};
const machines = await createMachines({ stateDirectory: ${JSON.stringify(state)} }, AbortSignal.timeout(30000));
await machines.launch({ ...${JSON.stringify(spec)}, metadata: () => undefined }, AbortSignal.timeout(30000));
console.log("up");
setInterval(() => undefined, 1000);
`;
}
