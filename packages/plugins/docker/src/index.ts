import type { Family } from "@kiln/sdk";

/** Containers: the docker builder and what is done with its images. */
export const family: Family = {
  name: "docker",
  builders: { docker: async () => (await import("./builder/index.ts")).dockerBuilder },
  postProcessors: {
    "docker-import": async () => (await import("./post-processors/import/index.ts")).dockerImport,
    "docker-push": async () => (await import("./post-processors/push/index.ts")).dockerPush,
    "docker-save": async () => (await import("./post-processors/save/index.ts")).dockerSave,
    "docker-tag": async () => (await import("./post-processors/tag/index.ts")).dockerTag,
  },
  resourceKinds: {
    "docker.build-layer": async () => (await import("./resources/build-layer.ts")).buildLayerKind,
    "docker.container": async () => (await import("./resources/container.ts")).containerKind,
    "docker.image": async () => (await import("./resources/image.ts")).imageKind,
    "docker.local-path": async () => (await import("./resources/local-path.ts")).localPathKind,
  },
};
