import { type ConfigOf, text } from "@kiln/sdk";

/** Options of docker-save. Source: Packer's docker plugin. */
export const config = {
  docker_path: text({ doc: "The docker program.", fallback: "docker" }),
  path: text({ doc: "File to write the image to, as `docker load` reads it." }),
} as const;
export type Config = ConfigOf<typeof config>;
