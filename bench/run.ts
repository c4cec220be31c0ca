import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { benchmarks, removeAll } from "./benchmarks.ts";
import { cacheRow, measureCache, unchangedTarget } from "./cache.ts";
import { type Command, type Comparison, compare, measure, median, writeJson } from "./measure.ts";
import { compareQemu } from "./qemu.ts";
import { openSshBed } from "./ssh-bed.ts";

/**
 * Kiln against Debian's packer in the same run: interleaved, medians, ratios. Needs root (control groups, network namespaces).
 * Arguments: words that must be in a benchmark's name. PEER names another binary to compare with.
 */
const root = resolve(import.meta.dirname, "..");
const peer = process.env["PEER"] ?? "/usr/bin/packer";
const wanted = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "kiln-bench-"));
chmodSync(work, 0o755);
const memory = `/dev/shm/kiln-bench-${process.pid}`;

/** What users get: the packed package, installed. */
function install(): string {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
  execFileSync("npm", ["pack", "--silent", "--pack-destination", work], { cwd: join(root, "dist") });
  const tarball = readdirSync(work).find((name) => name.endsWith(".tgz"));
  const prefix = join(work, "installed");
  mkdirSync(prefix);
  execFileSync("npm", [
    "install",
    "--global",
    "--prefix",
    prefix,
    "--silent",
    "--no-audit",
    "--no-fund",
    join(work, tarball ?? ""),
  ]);
  return join(prefix, "bin", "kiln");
}

function row(
  name: string,
  result: Comparison,
  limits: { wall: number; memory?: number; memoryLimit?: number },
): string {
  const { kiln, peer: other, wallRatio, memoryRatio } = result;
  const misses = [
    ...(wallRatio > limits.wall ? ["TIME"] : []),
    ...(limits.memory !== undefined && memoryRatio > limits.memory ? ["MEMORY"] : []),
    ...(limits.memoryLimit !== undefined && kiln.memory > limits.memoryLimit ? ["MEMORY"] : []),
    ...(kiln.code !== other.code ? [`EXIT ${kiln.code} not ${other.code}`] : []),
  ];
  const cells = [
    name.padEnd(46),
    `${kiln.wall.toFixed(3)} s`.padStart(10),
    `${other.wall.toFixed(3)} s`.padStart(10),
    `${wallRatio.toFixed(3)}`.padStart(7),
    `≤ ${limits.wall}`.padEnd(7),
    `${kiln.memory.toFixed(0)} MiB`.padStart(9),
    `${other.memory.toFixed(0)} MiB`.padStart(9),
    memoryRatio.toFixed(3).padStart(7),
    misses.length === 0 ? "ok" : `MISSED: ${misses.join(", ")}`,
  ];
  return cells.join("  ");
}

async function medianOf(command: Command, rounds: number): Promise<number> {
  const walls: number[] = [];
  for (let i = 0; i < rounds; i++) walls.push((await measure(command)).wall);
  return median(walls);
}

const all: Record<string, unknown> = {};
let missed = 0;
try {
  const kiln = install();
  mkdirSync(memory, { recursive: true });
  const pick = (name: string): boolean => wanted.length === 0 || wanted.some((word) => name.includes(word));
  const ssh = spawnSync("/usr/sbin/sshd", ["-V"]).error ? undefined : await openSshBed(join(work, "ssh"));
  process.stdout.write(
    `${"".padEnd(46)}  ${"kiln".padStart(10)}  ${"peer".padStart(10)}  ${"ratio".padStart(7)}  target   memory: kiln       peer    ratio\n`,
  );
  for (const benchmark of await benchmarks({ work, ssh }, memory)) {
    if (!pick(benchmark.name)) continue;
    if (benchmark.roundTrip !== undefined) await ssh?.link(benchmark.roundTrip);
    const result = await compare(
      benchmark.command(kiln),
      benchmark.command(peer),
      benchmark.rounds,
      benchmark.rounds > 3 ? 1 : 0,
    );
    const line = row(benchmark.name, result, benchmark);
    if (line.includes("MISSED")) missed++;
    all[benchmark.name] = { ...result, target: benchmark.wall };
    process.stdout.write(`${line}\n`);
    if (benchmark.bare) {
      const { command, seconds } = benchmark.bare;
      const byHand = await medianOf(command, benchmark.rounds);
      const more = result.kiln.wall - byHand;
      if (more > seconds) missed++;
      const verdict = more > seconds ? "MISSED: TIME" : "ok";
      const cells = ["  seconds over the bare commands".padEnd(46), `${more.toFixed(3)} s`.padStart(10)];
      cells.push(`${byHand.toFixed(3)} s`.padStart(10), "".padStart(7), `≤ ${seconds}`.padEnd(7), verdict);
      process.stdout.write(`${cells.join("  ")}\n`);
    }
  }
  await ssh?.[Symbol.asyncDispose]();
  const qemu = "qemu build, without the guest's own time";
  if (pick(qemu)) {
    const result = await compareQemu(kiln, peer, 5);
    const line = row(qemu, result, { wall: 0.5 });
    if (line.includes("MISSED")) missed++;
    all[qemu] = { ...result, target: 0.5 };
    process.stdout.write(`${line}\n`);
  }
  for (const builder of ["docker", "qemu"] as const) {
    if (!pick(`${builder} build with -cache, unchanged`)) continue;
    const result = await measureCache(kiln, builder, 3);
    const line = cacheRow(result);
    if (line.includes("MISSED")) missed++;
    all[`${builder} build with -cache`] = { ...result, target: unchangedTarget };
    process.stdout.write(`${line}\n`);
  }
  writeJson(join(root, "bench", "last-run.json"), all);
} finally {
  removeAll(work, memory);
}
process.exit(missed === 0 ? 0 : 1);
