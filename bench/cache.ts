import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { containerImage } from "../test/beds/container-image.ts";
import { tinyGuest } from "../test/beds/guest-images.ts";
import { median } from "./measure.ts";

/** Seconds of work in each of three provisioners: little for what provisioners do. */
const workSeconds = 8;

/** Seconds of builds with `-cache`. */
export interface CacheResult {
  readonly builder: string;
  /** Nothing was stored before; storing included. */
  readonly first: number;
  readonly unchanged: number;
  /** The last of three provisioners changed. */
  readonly lastChanged: number;
  /** How many provisioners that one ran. */
  readonly reran: number;
}

/** What an unchanged build may take of the first one. */
export const unchangedTarget = 0.1;

export async function measureCache(kiln: string, builder: "docker" | "qemu", rounds: number): Promise<CacheResult> {
  const work = mkdtempSync(join(tmpdir(), "kiln-bench-cache-"));
  try {
    const source = builder === "docker" ? await dockerBuilder() : qemuBuilder();
    const build = (last: string): { readonly seconds: number; readonly ran: number } => run(kiln, work, source, last);
    const first = build("a");
    const unchanged = Array.from({ length: rounds }, () => build("a").seconds);
    const changed = build("b");
    return {
      builder,
      first: first.seconds,
      unchanged: median(unchanged),
      lastChanged: changed.seconds,
      reran: changed.ran,
    };
  } finally {
    const env = { ...process.env, KILN_CACHE_DIR: join(work, "store") };
    spawnSync(kiln, ["cache", "prune"], { env, stdio: "ignore" });
    rmSync(work, { recursive: true, force: true });
  }
}

function run(
  kiln: string,
  work: string,
  builder: object,
  last: string,
): { readonly seconds: number; readonly ran: number } {
  const shell = (text: string): object => ({
    type: "shell",
    inline: [`sleep ${workSeconds}`, `echo ${text} > /opt-${text}`],
  });
  const template = { builders: [builder], provisioners: [shell("one"), shell("two"), shell(last)] };
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "t.json"), JSON.stringify(template));
  const env = { ...process.env, KILN_CACHE_DIR: join(work, "store"), KILN_STATE_DIR: join(work, "state") };
  const started = performance.now();
  const { status, stdout } = spawnSync(kiln, ["build", "-color=false", "-force", "-cache", "t.json"], {
    cwd: work,
    env,
    encoding: "utf8",
  });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(stdout);
  return { seconds, ran: stdout.match(/Provisioning with shell script/g)?.length ?? 0 };
}

async function dockerBuilder(): Promise<object> {
  return { type: "docker", image: await containerImage(), pull: false, discard: true };
}

function qemuBuilder(): object {
  return {
    type: "qemu",
    iso_url: tinyGuest().image,
    iso_checksum: "none",
    disk_image: true,
    disk_size: "128M",
    format: "qcow2",
    accelerator: "tcg",
    headless: true,
    memory: 128,
    net_device: "virtio-net",
    ssh_username: "root",
    ssh_password: "packer",
    boot_wait: "-1s",
    shutdown_command: "halt-now",
    output_directory: "out",
  };
}

/** One line of the table; `MISSED` where a target is. */
export function cacheRow(result: CacheResult): string {
  const { builder, first, unchanged, lastChanged, reran } = result;
  const ratio = unchanged / first;
  const good = ratio <= unchangedTarget && reran === 1;
  const name = `${builder} build with -cache, unchanged`;
  return [
    name.padEnd(46),
    `${unchanged.toFixed(3)} s`.padStart(10),
    `first ${first.toFixed(1)} s`.padStart(12),
    ratio.toFixed(3).padStart(7),
    `≤ ${unchangedTarget}`.padEnd(7),
    `last changed: ${lastChanged.toFixed(1)} s, ${reran} provisioner(s) ran`,
    good ? "ok" : "MISSED",
  ].join("  ");
}
