import { posix } from "node:path";
import { type BuildContext, type Held, showOutput } from "@kiln/sdk";
import type { Docker } from "../../engine/open-engine.ts";
import { failure, orFail } from "../../failure.ts";
import { randomDigits } from "../../random-digits.ts";
import { type ImageIntent, type ImageRef, imageKind } from "../../resources/image.ts";
import type { DockerfileConfig, Settings } from "../config.ts";
import { BuildLayers } from "./build-layers.ts";

/** The image that the Dockerfile made. */
export interface BuiltImage {
  readonly id: string;
  /** It lies below an image that stays: it loses its temporary name and stays too. */
  baseOf(image: string): Promise<void>;
}

const inTheWay =
  "final image is not discarded, removing the built image will fail because of existing dependencies, skipping cleanup for docker build.";

/** Runs `docker build`. The image bears a name of ours until the end, so that it can be found and removed when the build fails. */
export async function buildImage(ctx: BuildContext, docker: Docker, settings: Settings): Promise<BuiltImage> {
  const { ui, signal, host } = ctx;
  const { build: dockerfile = {} } = settings;
  ui.say("Building base image...");
  const name = `kiln-build:${randomDigits(host)}`;
  const held = await ctx.acquire<string, ImageIntent, ImageRef>({
    kind: imageKind,
    intent: { engine: docker.ref, name, dockerfile: true },
    create: async () => {
      const output = showOutput(ui);
      const layers = new BuildLayers(ctx, docker.ref, name);
      const args = ["build", "-t", name, "--force-rm", ...buildArguments(dockerfile, settings.platform, host.cwd)];
      let code: number;
      try {
        code = await docker.command.stream(args, {
          signal,
          onOutput: ({ bytes }) => {
            layers.push(bytes);
            // Its progress is on standard error.
            output.onOutput({ stream: "stdout", bytes });
          },
        });
      } finally {
        await layers.keep();
      }
      output.end();
      if (code !== 0) throw failure(ui, `Error building base image: docker build ended with exit code ${code}`);
      return name;
    },
    ref: (made) => ({ engine: docker.ref, name: made }),
    // The container that was started from it may still be there.
    release: (made, _access, cleanup) => docker.engine.removeImage(made, cleanup, { force: true }),
  });
  const image = await orFail(ui, "Error building base image", signal, () => docker.engine.image(name, signal));
  if (!image) throw failure(ui, "Error building base image: docker build made no image");
  ui.say(`Finished building base image "${image.id}"`);
  if (!settings.discard) ctx.defer(async () => ui.say(inTheWay));
  return { id: image.id, baseOf: (above) => baseOf(docker, held, above, signal) };
}

async function baseOf(docker: Docker, held: Held<string>, above: string, signal: AbortSignal): Promise<void> {
  // With an image above it, taking the name away takes nothing else away.
  if (await docker.engine.image(above, signal)) await held.release();
}

export function buildArguments(
  dockerfile: DockerfileConfig,
  platform: string | undefined,
  cwd: string,
): readonly string[] {
  const { path = "", build_dir, arguments: values = {}, pull, compress } = dockerfile;
  const file = posix.resolve(cwd, path);
  return [
    ...["-f", file],
    ...(platform ? ["--platform", platform] : []),
    ...(pull === false ? [] : ["--pull"]),
    ...(compress ? ["--compress"] : []),
    ...Object.entries(values).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    build_dir ? posix.resolve(cwd, build_dir) : posix.dirname(file),
  ];
}
