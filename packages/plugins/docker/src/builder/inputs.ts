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
  const { files, links } = build?.path ? await dockerfileInputs(build.path, build.build_dir, host) : noFiles;
  return {
    config: {
      ...{ image, source, build, platform, run_command, volumes, tmpfs, device, cap_add, cap_drop },
      ...{ privileged, runtime, container_dir, exec_user, windows_container, communicator },
    },
    files,
    facts: { "symbolic links of the build directory": links },
  };
}

async function imageId(program: string, image: string, host: Host): Promise<string | undefined> {
  const { engine } = await openDocker(program, host);
  return (await engine.image(image, new AbortController().signal))?.id;
}

interface DockerfileInputs {
  readonly files: readonly string[];
  /** Symbolic links are sent to the engine as such: what they say counts, not what they lead to. */
  readonly links: Readonly<Record<string, string>>;
}
const noFiles: DockerfileInputs = { files: [], links: {} };

async function dockerfileInputs(path: string, buildDir: string | undefined, host: Host): Promise<DockerfileInputs> {
  const file = posix.resolve(host.cwd, path);
  const directory = buildDir ? posix.resolve(host.cwd, buildDir) : posix.dirname(file);
  const files = [file];
  const links: Record<string, string> = {};
  for await (const { kind, path, relative, target = "" } of localTree(host.files, directory, { followLinks: false })) {
    if (kind === "link") links[relative] = target;
    else if (kind === "file" && path !== file) files.push(path);
  }
  return { files, links };
}
