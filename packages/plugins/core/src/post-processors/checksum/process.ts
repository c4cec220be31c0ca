import { basename, dirname } from "node:path";
import { failureText, type PostProcessContext, type PostProcessed, StepError } from "@kiln/sdk";
import { rendered } from "../../script/inline-script.ts";
import { fileListArtifact } from "../file-list-artifact.ts";
import type { Config } from "./config.ts";

/** Adds one line per file to the checksum file of each type; those files join the artifact. */
export async function process(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { input, host, signal } = ctx;
  const digests = new Map<string, Readonly<Record<string, string>>>();
  for (const file of input.files) digests.set(file, await digest(file, config, ctx));
  const made: string[] = [];
  for (const type of config.checksum_types) {
    signal.throwIfAborted();
    const output = rendered(
      ctx,
      config.output,
      { BuildName: ctx.buildName, BuilderType: ctx.builderType, ChecksumType: type },
      "output",
    );
    for (const [file, sums] of digests) {
      if (!(await host.files.stat(output))) made.push(output);
      try {
        await host.files.makeDirectory(dirname(output), { recursive: true, mode: 0o755 });
        await host.files.write(output, `${sums[type]}\t${basename(file)}\n`, { append: true, mode: 0o644 });
      } catch (error) {
        throw new StepError(`unable to create file ${output}: ${failureText(error)}`, {
          code: "checksum/not-written",
          cause: error,
        });
      }
    }
  }
  return {
    artifact: fileListArtifact("packer.post-processor.checksum", [...input.files, ...made], host),
    keepInput: true,
    forceKeep: true,
  };
}

async function digest(
  file: string,
  config: Config,
  ctx: PostProcessContext,
): Promise<Readonly<Record<string, string>>> {
  try {
    return await ctx.host.files.digest(file, config.checksum_types, ctx.signal);
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw new StepError(`unable to open file ${file}: ${failureText(error)}`, {
      code: "checksum/not-read",
      cause: error,
    });
  }
}
