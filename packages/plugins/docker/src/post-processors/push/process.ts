import { isJsonObject, type PostProcessContext, type PostProcessed, StepError, showOutput } from "@kiln/sdk";
import { builderIds, imageArtifact, tagsOf } from "../../artifact.ts";
import type { DockerCommand } from "../../cli/docker-command.ts";
import { openDocker } from "../../engine/open-engine.ts";
import { loggedIn } from "../../login/logged-in.ts";
import { demand, imageIds } from "../input.ts";
import type { Config } from "./config.ts";

const lines = {
  made: "Creating temporary Docker configuration directory",
  removed: "Removing temporary Docker configuration directory",
};

/** Pushes the image under every name it has. */
export async function pushImage(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { ui, input, signal } = ctx;
  demand(input, imageIds, "Can only import from docker-import and docker-tag artifacts.");
  const docker = await openDocker(config.docker_path, ctx.host);
  // The id of a tagged image is one of its names.
  const names = [...new Set([input.id, ...tagsOf(input.state)])];
  await loggedIn(ctx, docker, config, lines, async (command) => {
    for (const name of names) await push(ctx, command, name, config.platform);
  });
  const repository = repositoryOf(input.id);
  const digests = (await docker.engine.image(input.id, signal))?.digests ?? [];
  const digest = digests.find((one) => one.startsWith(`${repository}@`)) ?? digests[0];
  if (digest === undefined) ui.message("Unable to determine pushed Docker image digest");
  const data = input.state["generated_data"];
  const state = { ...input.state, generated_data: { ...(isJsonObject(data) ? data : {}), Digest: digest ?? "" } };
  return { artifact: imageArtifact(builderIds.import, input.id, state, docker.engine), keepInput: true };
}

async function push(
  ctx: PostProcessContext,
  command: DockerCommand,
  name: string,
  platform: string | undefined,
): Promise<void> {
  const { ui, signal } = ctx;
  ui.message(`Pushing: ${name}`);
  const output = showOutput(ui);
  let last = "";
  const code = await command.stream(["push", name, ...(platform ? ["--platform", platform] : [])], {
    signal,
    onOutput: ({ stream, bytes }) => {
      if (stream === "stderr") last = Buffer.from(bytes).toString("utf8");
      output.onOutput({ stream: "stdout", bytes });
    },
  });
  output.end();
  if (code === 0) return;
  const why = last.trim() || `docker push ended with exit code ${code}`;
  throw new StepError(`Error pushing ${name}: ${why}`, { code: "docker/push" });
}

function repositoryOf(name: string): string {
  return name.replace(/:[^/:]*$/, "");
}
