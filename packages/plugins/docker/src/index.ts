import type { Family } from "@kiln/sdk";

/** Containers: the docker builder and what is done with its images. */
export const family: Family = { name: "docker" };
