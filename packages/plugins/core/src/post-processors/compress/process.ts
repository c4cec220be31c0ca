import { dirname } from "node:path";
import { type Artifact, type PostProcessContext, type PostProcessed, StepError } from "@kiln/sdk";
import { rendered } from "../../script/inline-script.ts";
import { blockGzipped } from "./bgzf.ts";
import { BlockPool } from "./block-pool.ts";
import type { Config } from "./config.ts";
import { throughProgram } from "./external.ts";
import { type Algorithm, formatOf, levelOf } from "./format.ts";
import { type Effort, gzipped } from "./gzip.ts";
import { lz4Framed } from "./lz4.ts";
import { tarred } from "./tar.ts";
import { writeWhole } from "./write-whole.ts";
import { zipped } from "./zip.ts";

/** Compresses the artifact's files into one, as the name of the output asks. */
export async function process(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { host, ui, input } = ctx;
  const target = rendered(ctx, config.output, { BuildName: ctx.buildName, BuilderType: ctx.builderType }, "output");
  const { archive, algorithm } = formatOf(target, config.format);
  const effort: Effort = {
    level: levelOf(config.compression_level),
    atOnce: 2 * host.cores + 2,
    pool: new BlockPool(),
  };
  // Only what is compressed here gives its memory back.
  const buffer = algorithm === "pgzip" || algorithm === "bgzf" || algorithm === "lz4" ? effort.pool.take : undefined;
  if (algorithm !== "none") ui.say(announcement(algorithm, host.cores, target));
  const squeezed = (plain: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
    algorithm === "none" ? plain : compressed(plain, algorithm, effort, ctx);

  let content: AsyncIterable<Uint8Array>;
  if (archive === "tar") {
    ui.say(`Tarring ${target} with ${algorithm === "none" ? "no compression" : algorithm}`);
    content = squeezed(tarred(input.files, host.files, buffer));
  } else if (archive === "zip") {
    ui.say(`Zipping ${target}`);
    content = zipped(input.files, host.files, effort);
  } else {
    const [file] = input.files;
    if (file === undefined || input.files.length > 1)
      throw new StepError(
        `Can only have 1 input file when not using tar/zip. Found ${input.files.length} files: [${input.files.join(" ")}]`,
        { code: "compress/several-files" },
      );
    ui.say(`Archiving ${file} with ${algorithm}`);
    content = squeezed(host.files.read(file, buffer && { buffer }));
  }
  await host.files.makeDirectory(dirname(target), { recursive: true, mode: 0o755 });
  await writeWhole(target, content, ctx);
  ui.say(`Archive ${target} completed`);
  return { artifact: archiveArtifact(target, ctx), keepInput: false };
}

function announcement(algorithm: Algorithm, cores: number, target: string): string {
  return algorithm === "xz" || algorithm === "bzip2"
    ? `Using ${algorithm} compression with 1 core for ${target} (library does not support MT)`
    : `Using ${algorithm} compression with ${cores} cores for ${target}`;
}

function compressed(
  plain: AsyncIterable<Uint8Array>,
  algorithm: Algorithm,
  effort: Effort,
  ctx: PostProcessContext,
): AsyncIterable<Uint8Array> {
  if (algorithm === "pgzip") return gzipped(plain, effort);
  if (algorithm === "bgzf") return blockGzipped(plain, effort);
  if (algorithm === "lz4") return lz4Framed(plain, effort);
  const level = effort.level === undefined ? [] : [`-${effort.level}`];
  return throughProgram(algorithm, ["-c", ...level], plain, ctx);
}

function archiveArtifact(target: string, { host }: PostProcessContext): Artifact {
  return {
    builderId: "packer.post-processor.compress",
    id: "",
    files: [target],
    state: {},
    describe: () => `compressed artifacts in: ${target}`,
    destroy: () => host.files.remove(target),
  };
}
