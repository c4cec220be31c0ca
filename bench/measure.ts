import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** One run of a command, the whole process tree counted. */
export interface Measurement {
  /** Seconds. */
  readonly wall: number;
  /** Peak anonymous memory of the tree in MiB: what the run costs the machine. */
  readonly memory: number;
  readonly code: number;
}
export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A network namespace to run in. */
  readonly namespace?: string;
  /** Shell command before each run, not counted. */
  readonly before?: string;
}

const v1 = "/sys/fs/cgroup/memory";
const v2 = "/sys/fs/cgroup";

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** A control group of its own, so that processes nobody waits for count too. */
function makeGroup(name: string): { readonly path: string; anonymous(): number } {
  const base = read(`${v1}/memory.stat`) === "" ? v2 : v1;
  const path = `${base}/${name}`;
  mkdirSync(path);
  const key = base === v1 ? "total_rss" : "anon";
  const pattern = new RegExp(`^${key} (\\d+)$`, "m");
  return { path, anonymous: () => Number(pattern.exec(read(`${path}/memory.stat`))?.[1] ?? 0) };
}

async function removeGroup(path: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    for (const pid of read(`${path}/cgroup.procs`).split("\n").filter(Boolean)) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // Already gone.
      }
    }
    try {
      rmdirSync(path);
      return;
    } catch {
      await sleep(20);
    }
  }
}

let count = 0;

/** Runs a command once. The output is thrown away. */
export async function measure(command: Command, pollMs = 10): Promise<Measurement> {
  if (command.before) spawnSync("sh", ["-c", command.before], { stdio: "ignore", cwd: command.cwd });
  const group = makeGroup(`kiln-bench-${process.pid}-${count++}`);
  const prefix = command.namespace ? ["ip", "netns", "exec", command.namespace] : [];
  // The shell enters the group before it becomes the command.
  const script = `echo $$ > ${group.path}/cgroup.procs; exec "$@"`;
  const started = performance.now();
  const child = spawn("sh", ["-c", script, "sh", ...prefix, ...command.argv], {
    stdio: "ignore",
    env: { ...process.env, CHECKPOINT_DISABLE: "1", ...command.env },
    ...(command.cwd !== undefined && { cwd: command.cwd }),
  });
  let peak = 0;
  let wall = 0;
  let code: number | undefined;
  child.once("exit", (exitCode) => {
    wall = (performance.now() - started) / 1000;
    code = exitCode ?? -1;
  });
  while (code === undefined) {
    peak = Math.max(peak, group.anonymous());
    await sleep(pollMs);
  }
  await removeGroup(group.path);
  return { wall, memory: peak / 2 ** 20, code };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export interface Comparison {
  readonly kiln: Measurement;
  readonly peer: Measurement;
  readonly wallRatio: number;
  readonly memoryRatio: number;
}

function middle(runs: readonly Measurement[]): Measurement {
  return {
    wall: median(runs.map((r) => r.wall)),
    memory: median(runs.map((r) => r.memory)),
    code: runs.find((r) => r.code !== 0)?.code ?? 0,
  };
}

/** Both commands in turn, `rounds` times, so that a noisy minute hits both; medians and their ratios. */
export async function compare(kiln: Command, peer: Command, rounds: number, warm = 1): Promise<Comparison> {
  const ours: Measurement[] = [];
  const theirs: Measurement[] = [];
  for (let i = -warm; i < rounds; i++) {
    const [a, b] = [await measure(kiln), await measure(peer)];
    if (i < 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  const [k, p] = [middle(ours), middle(theirs)];
  return { kiln: k, peer: p, wallRatio: k.wall / p.wall, memoryRatio: k.memory / p.memory };
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
