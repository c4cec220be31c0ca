import { type BuildContext, type Host, renderedOption, type StepError } from "@kiln/sdk";
import { join } from "../../engine/endpoint.ts";
import type { Docker } from "../../engine/open-engine.ts";
import { failure } from "../../failure.ts";
import { randomDigits } from "../../random-digits.ts";
import { type ContainerIntent, type ContainerRef, containerKind } from "../../resources/container.ts";
import type { Settings } from "../config.ts";
import { runCommandOption } from "../run-command.ts";

/** Starts a container from an image, of whatever origin; it is killed and removed when the step is undone. */
export async function runContainer(
  ctx: BuildContext,
  docker: Docker,
  settings: Settings,
  image: string,
  shared: string,
): Promise<string> {
  const { ui, signal } = ctx;
  ui.say("Starting docker container...");
  const args = runArguments(ctx, settings, image, shared);
  const name = givenName(args) ?? `kiln-${randomDigits(ctx.host)}`;
  const own = givenName(args) === undefined ? ["--name", name] : [];
  ui.message(`Run command: docker run ${args.join(" ")}`);
  const held = await ctx.acquire<string, ContainerIntent, ContainerRef>({
    kind: containerKind,
    intent: { engine: docker.ref, name },
    create: async () => {
      const { code, stdout, stderr } = await docker.command.run(["run", ...own, ...args], { signal });
      const id = stdout.trim().split("\n").at(-1) ?? "";
      if (code === 0 && id !== "") return id;
      const text = `Docker exited with a non-zero exit status.\nStderr: ${stderr}`;
      throw taken(stderr, failure(ui, `Error running container: ${text}`));
    },
    ref: (id) => ({ engine: docker.ref, id }),
    release: async (id, _access, cleanup) => {
      ui.say(`Killing the container: ${id}`);
      await docker.engine.removeContainer(id, cleanup);
    },
  });
  ui.message(`Container ID: ${held.value}`);
  return held.value;
}

/** A name that somebody else's container bears: that one is not ours to undo. */
function taken(stderr: string, error: StepError): StepError {
  return /is already in use by container/.test(stderr) ? Object.assign(error, { nothingMade: true }) : error;
}

/** Arguments of `docker run`, as the template wants them. */
export function runArguments(
  ctx: Pick<BuildContext, "render" | "host">,
  settings: Settings,
  image: string,
  shared: string,
): readonly string[] {
  const { device, cap_add, cap_drop, privileged, runtime, platform, tmpfs, volumes, container_dir } = settings;
  const each = (flag: string, values: readonly string[] | undefined): readonly string[] =>
    (values ?? []).flatMap((value) => [flag, value]);
  const mounts = [...Object.entries(volumes ?? {}), [shared, container_dir] as const];
  return [
    ...each("--device", device),
    ...each("--cap-add", cap_add),
    ...each("--cap-drop", cap_drop),
    ...(privileged ? ["--privileged"] : []),
    ...(runtime ? ["--runtime", runtime] : []),
    ...(platform ? ["--platform", platform] : []),
    ...each("--tmpfs", tmpfs),
    ...each(
      "-v",
      mounts.map(([from, to]) => `${expanded(from, ctx.host)}:${to}`),
    ),
    ...settings.run_command.map((text) => renderedOption(ctx, runCommandOption, text, { Image: image })),
  ];
}

function expanded(path: string, host: Pick<Host, "env" | "platform">): string {
  const home = host.platform === "win32" ? host.env.USERPROFILE : host.env.HOME;
  return path.startsWith("~/") && home ? join(host, home, path.slice(2)) : path;
}

/** The name that `run_command` gives the container. Arguments after the image belong to the container. */
export function givenName(args: readonly string[]): string | undefined {
  const end = args.indexOf("--");
  let found: string | undefined;
  for (const [i, arg] of (end < 0 ? args : args.slice(0, end)).entries()) {
    if (arg === "--name") found = args[i + 1];
    else if (arg.startsWith("--name=")) found = arg.slice("--name=".length);
  }
  return found;
}
