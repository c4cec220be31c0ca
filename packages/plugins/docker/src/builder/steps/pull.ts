import { type BuildContext, showOutput } from "@kiln/sdk";
import type { DockerCommand } from "../../cli/docker-command.ts";
import type { ContainerEngine, ImageFacts } from "../../engine/engine.ts";
import type { Docker } from "../../engine/open-engine.ts";
import { failure, orFail } from "../../failure.ts";
import { loggedIn } from "../../login/logged-in.ts";
import type { Settings } from "../config.ts";

/** The image that the container starts from. */
export interface SourceImage extends Pick<ImageFacts, "id" | "command" | "entrypoint"> {
  /** What `docker run` is given. */
  readonly name: string;
  readonly digest: string;
}

const noDigest =
  "Error determining source Docker image digest; this image may not have been pushed yet, which means no distribution digest has been created. If you plan to call docker push later, the digest value will be stored then.";

/** Pulls the image unless told not to, and publishes what it is. `built` is the id of one that a Dockerfile made just now. */
export async function pullImage(
  ctx: BuildContext,
  docker: Docker,
  settings: Settings,
  built: string | undefined,
): Promise<SourceImage> {
  const { ui } = ctx;
  const name = built ?? settings.image ?? "";
  if (built === undefined && settings.pull !== false) {
    ui.say(`Pulling Docker image: ${name}`);
    await loggedIn(ctx, docker, settings, {}, (command) => pull(ctx, command, name, settings.platform));
  }
  const facts = await orFail(ui, "Error determining source Docker image Id", ctx.signal, () =>
    lookUp(docker.engine, name, ctx.signal),
  );
  const digest = facts?.digests[0] ?? "";
  if (digest === "" && built === undefined) ui.error(noDigest);
  const id = facts?.id ?? "";
  ctx.publish({ SourceImageSha256: id, SourceImageDigest: digest });
  return { name, id, digest, command: facts?.command ?? [], entrypoint: facts?.entrypoint ?? [] };
}

/** Absent where there is no such image: `docker run` then fetches it by itself, or says why not. */
async function lookUp(
  engine: Pick<ContainerEngine, "image">,
  name: string,
  signal: AbortSignal,
): Promise<ImageFacts | undefined> {
  return engine.image(name, signal);
}

async function pull(
  ctx: BuildContext,
  command: DockerCommand,
  name: string,
  platform: string | undefined,
): Promise<void> {
  const { ui, signal } = ctx;
  const output = showOutput(ui);
  const code = await command.stream(["pull", name, ...(platform ? ["--platform", platform] : [])], {
    signal,
    onOutput: ({ bytes }) => output.onOutput({ stream: "stdout", bytes }),
  });
  output.end();
  if (code !== 0) throw failure(ui, `Error pulling Docker image: Bad exit status: ${code}`);
}
