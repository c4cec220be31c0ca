import { type ConfigOf, list, ofText, text } from "@kiln/sdk";

/** Options of docker-import. Source: Packer's docker plugin. */
export const config = {
  docker_path: text({ doc: "The docker program.", fallback: "docker" }),
  repository: text({ doc: "Repository of the imported image." }),
  tag: text({ doc: "Tag of the imported image." }),
  changes: list(ofText, { doc: "Dockerfile instructions to apply to the image, such as `USER app`." }),
  platform: text({ doc: "Platform that the image is for, such as `linux/arm64`." }),
} as const;
export type Config = ConfigOf<typeof config>;
