import { basename, resolve } from "node:path";
import { failureText, type PostProcessContext, type PostProcessed, StepError } from "@kiln/sdk";
import { rendered } from "../../script/inline-script.ts";
import type { Config } from "./config.ts";
import { type Manifest, type ManifestBuild, manifestText, parseManifest } from "./document.ts";
import { locked } from "./lock.ts";

/** Adds the build to the manifest and passes the artifact on. */
export async function process(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { host } = ctx;
  const entry = await describeBuild(config, ctx);
  await locked(resolve(host.cwd, config.output), config.output, ctx, async () => {
    try {
      const before = await existing(config.output, ctx);
      // With -force each run starts afresh, but the builds of one run stay together.
      const kept = ctx.force && before.last_run_uuid !== ctx.runUuid ? [] : before.builds;
      await host.files.write(config.output, manifestText({ builds: [...kept, entry], last_run_uuid: ctx.runUuid }), {
        mode: 0o664,
      });
    } catch (error) {
      if (error instanceof StepError) throw error;
      throw new StepError(`Unable to write ${config.output}: ${failureText(error)}`, {
        code: "manifest/not-written",
        cause: error,
      });
    }
  });
  return { artifact: ctx.input, keepInput: true, forceKeep: true };
}

async function existing(path: string, ctx: PostProcessContext): Promise<Manifest> {
  if (!(await ctx.host.files.stat(path))) return { builds: [], last_run_uuid: "" };
  return parseManifest(await ctx.host.files.readText(path), path);
}

async function describeBuild(config: Config, ctx: PostProcessContext): Promise<ManifestBuild> {
  const { input, host } = ctx;
  const files: { name: string; size: number }[] = [];
  for (const name of input.files) {
    const stat = await host.files.stat(name);
    files.push({ name: config.strip_path ? basename(name) : name, size: stat?.size ?? 0 });
  }
  const custom = Object.entries(config.custom_data ?? {});
  return {
    name: ctx.buildName,
    builder_type: ctx.builderType,
    build_time: config.strip_time ? 0 : Math.floor(host.clock.now().getTime() / 1000),
    files: files.length > 0 ? files : null,
    artifact_id: input.id,
    packer_run_uuid: ctx.runUuid,
    custom_data:
      custom.length > 0
        ? Object.fromEntries(custom.map(([key, value]) => [key, rendered(ctx, value, {}, `custom_data ${key}`)]))
        : null,
  };
}
