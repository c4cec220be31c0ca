import type { Artifact, Host, Json } from "@kiln/sdk";
import type { ContainerEngine } from "./engine/engine.ts";

/** Builder ids as Packer's components know them. */
export const builderIds = {
  docker: "packer.docker",
  import: "packer.post-processor.docker-import",
  tag: "packer.post-processor.docker-tag",
  artifice: "packer.post-processor.artifice",
} as const;

/** An image that the engine has. `destroy` takes the name or id away. */
export function imageArtifact(
  builderId: string,
  id: string,
  state: Readonly<Record<string, Json>>,
  engine: Pick<ContainerEngine, "removeImage">,
): Artifact {
  const tags = tagsOf(state);
  return {
    builderId,
    id,
    files: [],
    state,
    describe: () => `Imported Docker image: ${id}${tags.length > 0 ? ` with tags ${tags.join(" ")}` : ""}`,
    destroy: (signal) => engine.removeImage(id, signal),
  };
}

/** The container's files as an archive; without a path the container was discarded. */
export function exportArtifact(path: string, state: Readonly<Record<string, Json>>, files: Host["files"]): Artifact {
  return {
    builderId: builderIds.docker,
    id: "Container",
    files: path === "" ? [] : [path],
    ...(path === "" && { empty: true }),
    state,
    describe: () => `Exported Docker file: ${path}`,
    destroy: () => (path === "" ? Promise.resolve() : files.remove(path)),
  };
}

/** Names that docker-tag gave. */
export function tagsOf(state: Readonly<Record<string, Json>>): readonly string[] {
  const tags = state["docker_tags"];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}
