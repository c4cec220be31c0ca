import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { debianImage } from "../test/beds/guest-images.ts";
import { type Comparison, type Measurement, measure, median } from "./measure.ts";

/** Debian on a disk as large as a real one to copy and to convert. Packer 1.6.6 cannot log in to the tiny guest's dropbear. */
function disk(work: string, mebibytes: number): string {
  const path = join(work, "disk.qcow2");
  if (existsSync(path)) return path;
  const raw = join(work, "disk.raw");
  execFileSync("qemu-img", ["convert", "-O", "raw", debianImage(), raw]);
  // Behind the partitions: read and written by nobody but qemu-img.
  execFileSync("sh", ["-c", `head -c ${mebibytes}M /dev/urandom >> "$1"`, "sh", raw]);
  execFileSync("qemu-img", ["convert", "-O", "qcow2", raw, path]);
  rmSync(raw);
  return path;
}

const user = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"];

/** Seconds of the guest alone: QEMU started by hand, the same commands over SSH, powered off. */
async function guestAlone(work: string, image: string, port: number): Promise<number> {
  const overlay = join(work, "overlay.qcow2");
  execFileSync("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image, overlay]);
  const started = performance.now();
  const qemu = spawn(
    "qemu-system-x86_64",
    [
      ...["-machine", "pc,accel=tcg", "-m", "512", "-vnc", "none", "-drive", `file=${overlay},if=virtio,format=qcow2`],
      ...["-netdev", `user,id=n,hostfwd=tcp:127.0.0.1:${port}-:22`, "-device", "virtio-net,netdev=n"],
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => qemu.once("exit", resolve));
  const ssh = (command: string): number | null =>
    spawnSync(
      "sshpass",
      ["-p", "packer", "ssh", "-p", String(port), ...user, "-o", "ConnectTimeout=2", "root@127.0.0.1", command],
      {
        stdio: "ignore",
        timeout: 60_000,
      },
    ).status;
  while (ssh("uname -a; echo built > /etc/built") !== 0) await sleep(50);
  ssh("systemctl poweroff");
  await ended;
  return (performance.now() - started) / 1000;
}

export interface QemuResult extends Comparison {
  /** Seconds of the guest alone, the median. */
  readonly guest: number;
}

/**
 * A qemu build in turn with the peer's, both without the time of the guest alone. The ratio is of what remains: copying, waiting,
 * connecting, converting.
 */
export async function compareQemu(kiln: string, peer: string, rounds: number, warm = 1): Promise<QemuResult> {
  const work = mkdtempSync(join(tmpdir(), "kiln-bench-qemu-"));
  try {
    const image = disk(work, 256);
    const [digest = ""] = execFileSync("sha256sum", [image], { encoding: "utf8" }).split(" ");
    const command = (binary: string, name: string) => {
      const folder = join(work, name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "t.json"), JSON.stringify(template(image, digest)));
      const env = { PACKER_CACHE_DIR: join(folder, "cache") };
      return { argv: [binary, "build", "-color=false", "t.json"], cwd: folder, before: "rm -rf out", env };
    };
    const [ours, theirs, alone]: [Measurement[], Measurement[], number[]] = [[], [], []];
    for (let i = -warm; i < rounds; i++) {
      if (process.env["BENCH_TRACE"]) process.stderr.write(`round ${i} ${new Date().toISOString()}\n`);
      const guest = await guestAlone(work, image, 2600 + Math.floor(Math.random() * 300));
      const a = await measure(command(kiln, "kiln"));
      if (process.env["BENCH_TRACE"]) process.stderr.write(`guest ${guest} kiln ${JSON.stringify(a)}\n`);
      const b = await measure(command(peer, "peer"));
      if (process.env["BENCH_TRACE"]) process.stderr.write(`peer ${JSON.stringify(b)}\n`);
      if (i < 0) continue;
      alone.push(guest);
      ours.push(a);
      theirs.push(b);
    }
    const guest = median(alone);
    const middle = (runs: readonly Measurement[]): Measurement => ({
      wall: median(runs.map(({ wall }) => wall)) - guest,
      memory: median(runs.map(({ memory }) => memory)),
      code: runs.find(({ code }) => code !== 0)?.code ?? 0,
    });
    const [k, p] = [middle(ours), middle(theirs)];
    return { kiln: k, peer: p, guest, wallRatio: k.wall / p.wall, memoryRatio: k.memory / p.memory };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function template(image: string, digest: string): unknown {
  const builder = {
    type: "qemu",
    iso_url: image,
    iso_checksum: `sha256:${digest}`,
    disk_image: true,
    accelerator: "tcg",
    headless: true,
    disk_size: "2G",
    memory: 512,
    boot_wait: "2s",
    ssh_username: "root",
    ssh_password: "packer",
    ssh_timeout: "5m",
    shutdown_command: "systemctl poweroff",
    output_directory: "out",
    vm_name: "img.qcow2",
  };
  return { builders: [builder], provisioners: [{ type: "shell", inline: ["uname -a", "echo built > /etc/built"] }] };
}
