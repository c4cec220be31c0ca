import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openBench, say } from "./bench.ts";

/** What machines could leave on a host, in one value. */
async function traces(): Promise<unknown> {
  const links = (await say("ip", ["-br", "link"])).output
    .split("\n")
    .map((line) => line.split(" ")[0])
    .filter((name) => name?.startsWith("kiln"));
  const tables = (await say("nft", ["list", "tables"]).catch(() => ({ output: "" }))).output
    .split("\n")
    .filter((line) => line.includes("kiln"));
  const forwarding = readdirSync("/proc/sys/net/ipv4/conf")
    .filter((name) => !name.startsWith("kiln"))
    .map((name) => readFileSync(`/proc/sys/net/ipv4/conf/${name}/forwarding`, "utf8").trim());
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n").length;
  return { links, tables, forwarding, mounts };
}

describe("what machines leave behind", () => {
  it("is nothing after they are disposed of", async () => {
    const before = await traces();
    const bench = await openBench();
    const state = join(bench.folder, "state");
    await bench.machines.launch(bench.spec("i-leave"), AbortSignal.timeout(30_000));
    expect(await traces()).not.toEqual(before);
    await bench.machines[Symbol.asyncDispose]();
    expect(await traces()).toEqual(before);
    expect(readdirSync(join(state, "machines"))).toEqual([]);
    await bench[Symbol.asyncDispose]();
  });

  it("is nothing after their process was killed", async () => {
    const before = await traces();
    const folder = await mkdtemp("/var/tmp/machines-test-");
    const program = join(folder, "program.mts");
    const entry = fileURLToPath(new URL("../../packages/local-cloud/src/machine/create-machines.ts", import.meta.url));
    const spec = {
      id: "i-killed",
      root: { base: { kind: "host" }, layers: [] },
      hostName: "killed",
      defaultUser: "ubuntu",
      authorizedKeys: [],
      metadataOptions: { enabled: true, tokensRequired: true, hopLimit: 1 },
    };
    await writeFile(
      program,
      `import { createMachines } from ${JSON.stringify(entry)};
const machines = await createMachines({ stateDirectory: ${JSON.stringify(join(folder, "state"))} }, AbortSignal.timeout(30000));
const machine = await machines.launch({ ...${JSON.stringify(spec)}, metadata: () => undefined }, AbortSignal.timeout(30000));
console.log(machine.address);
setInterval(() => undefined, 1000);
`,
    );
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    const address = await new Promise<string>(
      (resolve) => void child.stdout.once("data", (data) => resolve(String(data).trim())),
    );
    expect(address).toMatch(/^\d+\./);
    expect(await traces()).not.toEqual(before);
    const family = (await say("sh", ["-c", `pgrep -P ${child.pid}`])).output.trim().split("\n");
    expect(family.length).toBeGreaterThan(1);
    child.kill("SIGKILL");
    const isGone = async (): Promise<boolean> =>
      JSON.stringify(await traces()) === JSON.stringify(before) &&
      family.every((pid) => !existsSync(`/proc/${pid}`)) &&
      readdirSync(join(folder, "state/machines")).length === 0;
    for (let tries = 0; tries < 50 && !(await isGone()); tries++)
      await new Promise((resolve) => void setTimeout(resolve, 100));
    expect(await traces()).toEqual(before);
    expect(readdirSync(join(folder, "state/machines"))).toEqual([]);
    expect(family.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });
});
