import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { dockerBenchmarks } from "./docker.ts";
import { hclBenchmarks } from "./hcl.ts";
import type { Command } from "./measure.ts";
import type { SshBed } from "./ssh-bed.ts";
import { ebsTemplate, manyNulls, nullTemplate, overSsh, postProcessed } from "./templates.ts";

export interface Benchmark {
  readonly name: string;
  /** The part of the peer's wall time, and of its memory, that Kiln may take. */
  readonly wall: number;
  readonly memory?: number;
  /** MiB, whatever the peer needs. */
  readonly memoryLimit?: number;
  readonly rounds: number;
  /** The same command for both: `binary` is the launcher. */
  readonly command: (binary: string) => Command;
  readonly needs?: "ssh";
  /** The same work by hand, and how many seconds more Kiln may take. */
  readonly bare?: { readonly command: Command; readonly seconds: number };
  /** Round-trip time of the link, in milliseconds. */
  readonly roundTrip?: number;
}

export interface Bench {
  readonly work: string;
  readonly ssh: SshBed | undefined;
}

function template(bench: Bench, name: string, value: unknown): string {
  const path = join(bench.work, `${name}.json`);
  writeFileSync(path, JSON.stringify(value, null, 2));
  return path;
}

/** Writes a file of blocks made by `block`, once. */
function big(path: string, mebibytes: number, block: (i: number) => Uint8Array): string {
  if (existsSync(path)) return path;
  const file = openSync(path, "w");
  for (let i = 0; i < mebibytes; i++) writeSync(file, block(i));
  closeSync(file);
  return path;
}

const mebibyte = 1 << 20;
const half = (i: number): Uint8Array => {
  const block = Buffer.alloc(mebibyte);
  randomBytes(mebibyte / 2).copy(block);
  if (i % 2 === 0) block.fill(`the quick brown fox ${String(i).padStart(8, "0")}\n`, mebibyte / 2);
  return block;
};
const words = [
  "image",
  "builder",
  "provision",
  "template",
  "machine",
  "artifact",
  "region",
  "volume",
  "network",
  "kernel",
];
const prose = (i: number): Uint8Array => {
  let text = "";
  for (let line = 0; text.length < mebibyte; line++) {
    text += `${i}:${line} ${Array.from({ length: 12 }, (_, k) => words[(i * 7 + line * 3 + k * k) % words.length]).join(" ")} ${(line * 2654435761) % 99991}\n`;
  }
  return Buffer.from(text.slice(0, mebibyte));
};

function start(bench: Bench): readonly Benchmark[] {
  const nulls = template(bench, "null", nullTemplate);
  const ebs = template(bench, "ebs", ebsTemplate);
  const many = template(bench, "nulls-200", manyNulls(200));
  const one = (name: string, wall: number, args: readonly string[], rounds: number, memory?: number): Benchmark => ({
    name,
    wall,
    rounds,
    ...(memory !== undefined && { memory }),
    command: (binary) => ({ argv: [binary, ...args], cwd: bench.work }),
  });
  return [
    one("version", 0.7, ["version"], 15),
    one("validate, null template", 0.45, ["validate", nulls], 11),
    one("validate, amazon-ebs with 20 options", 0.25, ["validate", ebs], 9),
    one("200 null builds, one shell-local each", 0.08, ["build", "-color=false", many], 3, 0.08),
  ];
}

function files(directory: string, count: number): string {
  if (existsSync(directory)) return directory;
  mkdirSync(directory, { recursive: true });
  for (let i = 0; i < count; i++) writeFileSync(join(directory, `f${String(i).padStart(5, "0")}`), randomBytes(4096));
  return directory;
}

async function ssh(bench: Bench, memory: string): Promise<readonly Benchmark[]> {
  const { ssh: bed } = bench;
  if (!bed) return [];
  const source = join(memory, "source");
  const out = join(memory, "out");
  mkdirSync(source, { recursive: true });
  const gibibyte = big(join(source, "f1g"), 1024, () => randomBytes(mebibyte));
  const few = files(join(source, "d200"), 200);
  const lots = files(join(source, "d5000"), 5000);
  const clean = `rm -rf ${out}; mkdir -p ${out}; chmod 777 ${out}`;
  const over = async (
    name: string,
    roundTrip: number,
    provisioners: readonly unknown[],
    wall: number,
    rounds: number,
    limit?: number,
  ): Promise<Benchmark> => {
    const { target, namespace } = await bed.link(roundTrip);
    const path = template(bench, name.replace(/\W+/g, "-"), overSsh(target, provisioners));
    return {
      name,
      wall,
      rounds,
      needs: "ssh",
      roundTrip,
      ...(limit !== undefined && { memoryLimit: limit }),
      command: (binary) => ({
        argv: [binary, "build", "-color=false", path],
        namespace,
        before: clean,
        cwd: bench.work,
      }),
    };
  };
  const upload = (from: string): unknown => ({
    type: "file",
    source: from,
    destination: from === gibibyte ? join(out, "f1g") : out,
  });
  return [
    await over(
      "20 shell provisioners at 100 ms round trip",
      100,
      Array.from({ length: 20 }, () => ({ type: "shell", inline: ["true"] })),
      0.25,
      1,
    ),
    await over("upload of 200 files at 20 ms", 20, [upload(few)], 0.25, 3),
    await over("upload of 1 GiB", 0, [upload(gibibyte)], 0.3, 1, 150),
    await over("upload of 5,000 files on loopback", 0, [upload(lots)], 1, 3),
  ];
}

function postProcessors(bench: Bench): readonly Benchmark[] {
  const mixed = big(join(bench.work, "half.bin"), 1024, half);
  const text = big(join(bench.work, "text.bin"), 1024, prose);
  const target = join(bench.work, "in.bin");
  const clean = `rm -f ${target} ${join(bench.work, "o.")}* ${join(bench.work, "o_")}*`;
  const one = (name: string, source: string, step: unknown, wall: number): Benchmark => {
    const path = template(bench, name.replace(/\W+/g, "-"), postProcessed(source, target, step));
    return {
      name,
      wall,
      rounds: 3,
      command: (binary) => ({ argv: [binary, "build", "-color=false", path], before: clean, cwd: bench.work }),
    };
  };
  const sums = {
    type: "checksum",
    checksum_types: ["md5", "sha1", "sha256", "sha512"],
    output: "o_{{.ChecksumType}}.sum",
  };
  return [
    one("checksum of four types, 1 GiB", mixed, sums, 0.5),
    one("compress tar.gz, 1 GiB half random", mixed, { type: "compress", output: "o.tar.gz" }, 1.5),
    one("compress tar.gz, 1 GiB text", text, { type: "compress", output: "o.tar.gz" }, 4),
  ];
}

/** Every benchmark with its target, the cheap ones first. */
export async function benchmarks(bench: Bench, memory: string): Promise<readonly Benchmark[]> {
  return [
    ...start(bench),
    ...hclBenchmarks(bench),
    ...(await ssh(bench, memory)),
    ...postProcessors(bench),
    ...(await dockerBenchmarks(bench)),
  ];
}

export function removeAll(...paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}
