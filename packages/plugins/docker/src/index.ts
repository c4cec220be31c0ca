import type { Family } from "@kiln/sdk";

/** Containers: the docker builder and what is done with its images. */
export const family: Family = {
  name: "docker",
  builders: { docker: async () => (await import("./builder/index.ts")).dockerBuilder },
  resourceKinds: {
    "docker.container": async () => (await import("./resources/container.ts")).containerKind,
    "docker.image": async () => (await import("./resources/image.ts")).imageKind,
    "docker.local-path": async () => (await import("./resources/local-path.ts")).localPathKind,
  },
};
