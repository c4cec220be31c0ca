import { block, type ConfigOf, communicatorOptions, flag, list, map, ofText, text } from "@kiln/sdk";
import { loginOptions } from "../login/options.ts";

const dockerfile = {
  path: text({ doc: "Path of the Dockerfile." }),
  build_dir: text({ doc: "Directory that the Dockerfile's COPY takes from; the Dockerfile's own when not set." }),
  arguments: map(ofText, { doc: "Values of the Dockerfile's ARG instructions." }),
  pull: flag({ doc: "Look for a newer base image first; true when not set." }),
  compress: flag({ doc: "Compress what is sent to the engine." }),
} as const;
export type DockerfileConfig = ConfigOf<typeof dockerfile>;

/** Options of the docker builder. Source: Packer's docker plugin. */
export const config = {
  ...communicatorOptions,
  communicator: text({
    doc: "`docker` runs commands and moves files through the engine; `ssh` and `winrm` connect to the container's address.",
    fallback: "docker",
  }),
  image: text({ doc: "Image to start from." }),
  build: block(dockerfile, { doc: "Builds the image to start from with a Dockerfile, in place of image." }),
  commit: flag({ doc: "Make an image of the container.", fallback: false }),
  discard: flag({ doc: "Throw the container away.", fallback: false }),
  export_path: text({ doc: "Write the container's files to this tar archive." }),
  author: text({ doc: "Author of the committed image." }),
  message: text({ doc: "Message of the commit." }),
  changes: list(ofText, { doc: "Dockerfile instructions to apply to the committed image, such as `USER app`." }),
  container_dir: text({
    doc: "Where a temporary directory is mounted in the container; `/packer-files`, or `c:/packer-files`, when not set.",
  }),
  device: list(ofText, { doc: "Devices of this machine to give to the container." }),
  cap_add: list(ofText, { doc: "Capabilities to add." }),
  cap_drop: list(ofText, { doc: "Capabilities to take away." }),
  docker_path: text({ doc: "The docker program.", fallback: "docker" }),
  exec_user: text({ doc: "User, or user and group as `USER:GROUP`, that provisioners run commands as." }),
  privileged: flag({ doc: "Give the container all that root has.", fallback: false }),
  pty: flag({ doc: "Run commands on a pseudo terminal.", fallback: false }),
  runtime: text({ doc: "Container runtime to use." }),
  pull: flag({ doc: "Pull the image first; true when not set." }),
  run_command: list(ofText, {
    doc: "Arguments of `docker run`; `{{.Image}}` is the image. It must leave the container running.",
    lateTemplate: true,
  }),
  tmpfs: list(ofText, { doc: "Directories to mount as memory." }),
  volumes: map(ofText, { doc: "Directories of this machine to mount, to where in the container. `~/` is understood." }),
  fix_upload_owner: flag({ doc: "Give uploaded files to the container's user instead of root.", fallback: true }),
  windows_container: flag({ doc: "The container runs Windows.", fallback: false }),
  platform: text({ doc: "Platform of the image, such as `linux/arm64`, where it has several." }),
  ...loginOptions,
} as const;
export type Config = ConfigOf<typeof config>;

/** The communicator of Windows containers. */
export const windowsKind = "dockerWindowsContainer";

/** With the defaults that depend on the kind of container. */
export interface Settings extends Config {
  readonly container_dir: string;
  readonly run_command: readonly string[];
}
export function settingsOf(given: Config): Settings {
  const windows = given.windows_container;
  const shell = windows ? "powershell" : "/bin/sh";
  return {
    ...given,
    communicator: windows && given.communicator === "docker" ? windowsKind : given.communicator,
    container_dir: given.container_dir || (windows ? "c:/packer-files" : "/packer-files"),
    run_command: given.run_command?.length
      ? given.run_command
      : ["-d", "-i", "-t", `--entrypoint=${shell}`, "--", "{{.Image}}"],
  };
}
/** Whether Kiln reaches into the container through the engine, or over the network. */
export function throughEngine({ communicator }: Pick<Config, "communicator">): boolean {
  return communicator === "docker" || communicator === windowsKind;
}
