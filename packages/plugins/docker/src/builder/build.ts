import type { Artifact, BuildContext, CacheHit } from "@kiln/sdk";
import { builderIds, exportArtifact, imageArtifact } from "../artifact.ts";
import { cacheBase } from "../cache/cache-base.ts";
import { processes } from "../cache/processes.ts";
import { isStoredImage, storeImage } from "../cache/stored-image.ts";
import { type Docker, openDocker } from "../engine/open-engine.ts";
import type { Settings } from "./config.ts";
import { type BuiltImage, buildImage } from "./steps/build-image.ts";
import { commitContainer } from "./steps/commit.ts";
import { connectToContainer } from "./steps/connect.ts";
import { exportContainer } from "./steps/export.ts";
import { pullImage, type SourceImage } from "./steps/pull.ts";
import { runContainer } from "./steps/run.ts";
import { temporaryDirectory } from "./steps/temporary-directory.ts";

/** The whole build, step by step in Packer's order and under Packer's step names. */
export async function build(settings: Settings, ctx: BuildContext): Promise<Artifact> {
  const docker = await openDocker(settings.docker_path, ctx.host);
  ctx.publish({
    ImageSha256: "ERR_IMAGE_SHA256_NOT_FOUND",
    SourceImageDigest: "ERR_SOURCE_IMAGE_DIGEST_NOT_FOUND",
    SourceImageSha256: "ERR_SOURCE_IMAGE_SHA256_NOT_FOUND",
    Digest: "ERR_DIGEST_NOT_FOUND",
  });
  const shared = await ctx.step("StepTempDir", () => temporaryDirectory(ctx));
  const built = settings.build && (await ctx.step("stepBuild", () => buildImage(ctx, docker, settings)));
  const source = await ctx.step("StepPull", () => pullImage(ctx, docker, settings, built?.id));
  const hit = ctx.cache && (await storedState(ctx, docker, settings, source));
  const image = hit && isStoredImage(hit.ref) ? hit.ref.id : undefined;
  const container = await ctx.step("StepRun", () => runContainer(ctx, docker, settings, image ?? source.name, shared));
  await provision(ctx, docker, settings, { container, shared, source, image, hit });
  // Where the engine does not say which container an image is from, it is known by the image below.
  return finish(ctx, docker, settings, container, { ...source, id: image ?? source.id }, built, source.id);
}

/** With `-cache`: the image of an earlier build's container to start from. */
async function storedState(
  ctx: BuildContext,
  docker: Docker,
  settings: Settings,
  source: SourceImage,
): Promise<CacheHit | undefined> {
  const base = await cacheBase(ctx, docker, settings, source);
  return base && ctx.cache?.find(base);
}

interface Started {
  readonly container: string;
  readonly shared: string;
  readonly source: SourceImage;
  /** A stored one, in place of the source. */
  readonly image: string | undefined;
  readonly hit: CacheHit | undefined;
}

async function provision(ctx: BuildContext, docker: Docker, settings: Settings, started: Started): Promise<void> {
  const { container, shared, source, image, hit } = started;
  const { communicator, address } = await connectToContainer(ctx, docker, settings, container, shared);
  const facts = { ID: container, ConnType: settings.communicator, Host: address };
  const cached = ctx.cache && {
    id: container,
    source,
    startedFrom: image ?? source.id,
    shared,
    sharedAt: settings.container_dir,
    processes: new Set((await processes(docker, container, ctx.signal)).keys()),
  };
  await ctx.provision({
    communicator,
    facts,
    ...(hit && { resumed: hit }),
    ...(cached && { save: (place) => storeImage(ctx, docker, cached, place) }),
  });
}

/** Takes the result out of the container. */
async function finish(
  ctx: BuildContext,
  docker: Docker,
  settings: Settings,
  container: string,
  source: SourceImage,
  built: BuiltImage | undefined,
  sourceId: string,
): Promise<Artifact> {
  const data = { SourceImageDigest: source.digest, SourceImageSha256: sourceId };
  if (settings.commit) {
    const image = await ctx.step("StepCommit", () => commitContainer(ctx, docker, settings, container, source));
    await built?.baseOf(image.value);
    await image.keep();
    const state = { generated_data: { ...data, ImageSha256: image.value } };
    return imageArtifact(builderIds.import, image.value, state, docker.engine);
  }
  const state = { generated_data: { ...data, ImageSha256: "ERR_IMAGE_SHA256_NOT_FOUND" } };
  const { export_path: path = "" } = settings;
  if (path) await ctx.step("StepExport", () => exportContainer(ctx, docker, path, container));
  return exportArtifact(path, state, ctx.host.files);
}
