import { posix } from "node:path";
import { codeOf, messageOf, type PostProcessContext, type PostProcessed, StepError } from "@kiln/sdk";
import { builderIds, imageArtifact } from "../../artifact.ts";
import { openDocker } from "../../engine/open-engine.ts";
import { type ImageIntent, type ImageRef, imageKind } from "../../resources/image.ts";
import { demand } from "../input.ts";
import type { Config } from "./config.ts";

const allowed =
  "Can only import from Docker builder and Artifice post-processor artifacts. If you are getting this error after having run the docker builder, it may be because you set commit: true in your Docker builder, so the image is already imported.";

/** Packer's words. */
const refused = "Error importing container";

/** Imports the archive. One that was interrupted takes its name away again. */
export async function importArchive(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { ui, host, input, signal } = ctx;
  demand(input, [builderIds.docker, builderIds.artifice], allowed);
  const [archive] = input.files;
  if (archive === undefined)
    throw new StepError("There is no archive to import: the container was discarded. Set export_path in the builder.", {
      code: "docker/nothing-to-import",
    });
  const docker = await openDocker(config.docker_path, host);
  const { repository = "", tag } = config;
  const name = tag ? `${repository}:${tag}` : repository;
  ui.message(`Importing image: ${input.id}`);
  ui.message(`Repository: ${name}`);
  const args = ["import", ...importFlags(config), posix.resolve(host.cwd, archive), ...(name ? [name] : [])];
  const run = (work: AbortSignal): Promise<string> => docker.command.expect(refused, args, { signal: work }).then(idIn);
  const id = name === "" ? await run(signal) : await named(name, run);
  ui.message(`Imported ID: ${id}`);
  const artifact = imageArtifact(builderIds.import, name || id, input.state, docker.engine);
  return { artifact, keepInput: false };

  async function named(target: string, create: (work: AbortSignal) => Promise<string>): Promise<string> {
    const before = (await docker.engine.image(target, signal).catch(fails))?.id;
    const held = await ctx.acquire<string, ImageIntent, ImageRef>({
      kind: imageKind,
      intent: { engine: docker.ref, name: target, ...(before !== undefined && { before }) },
      create,
      ref: () => ({ engine: docker.ref, name: target }),
    });
    await held.keep();
    return held.value;
  }
}

/** A name that cannot be one is refused before anything is imported. */
function fails(error: unknown): never {
  throw new StepError(`${refused}: ${messageOf(error)}`, { code: codeOf(error) ?? "docker/failed", cause: error });
}

/** The engine's id of the image; Podman's service makes docker say it twice. */
function idIn(said: string): string {
  return /sha256:[0-9a-f]{64}\s*$/.exec(said)?.[0].trim() ?? said;
}

function importFlags({ changes = [], platform }: Config): readonly string[] {
  return [...changes.flatMap((change) => ["--change", change]), ...(platform ? ["--platform", platform] : [])];
}
