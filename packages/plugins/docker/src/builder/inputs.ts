import { posix } from "node:path";
import type { Host, StepInputs } from "@kiln/sdk";
import { openDocker } from "../engine/open-engine.ts";
import { localTree } from "../machine/local-tree.ts";
import type { Settings } from "./config.ts";

/**
 * What the container depends on before anything is provisioned: how it is run and the image itself, not its name. How the result is taken
 * out of it (commit, export), and how the image was fetched (login), is left out.
 */
export async function inputsOf(settings: Settings, host: Host): Promise<StepInputs> {
  const { image, build, platform, run_command, volumes, tmpfs, device, cap_add, cap_drop } = settings;
  const { privileged, runtime, container_dir, exec_user, windows_container, communicator } = settings;
  const source = image === undefined ? undefined : await imageId(settings.docker_path, image, host);
  return {
    config: {
      ...{ image, source, build, platform, run_command, volumes, tmpfs, device, cap_add, cap_drop },
      ...{ privileged, runtime, container_dir, exec_user, windows_container, communicator },
    },
    files: build?.path ? await dockerfileInputs(build.path, build.build_dir, host) : [],
  };
}

async function imageId(program: string, image: string, host: Host): Promise<string | undefined> {
  const { engine } = await openDocker(program, host);
  return (await engine.image(image, new AbortController().signal))?.id;
}

async function dockerfileInputs(path: string, buildDir: string | undefined, host: Host): Promise<readonly string[]> {
  const file = posix.resolve(host.cwd, path);
  const directory = buildDir ? posix.resolve(host.cwd, buildDir) : posix.dirname(file);
  const files = [file];
  for await (const entry of localTree(host.files, directory, undefined)) {
    if (entry.kind === "file" && entry.path !== file) files.push(entry.path);
  }
  return files;
}
