import { type ConfigOf, flag, list, ofText, text } from "@kiln/sdk";

/** Options of docker-tag. Source: Packer's docker plugin. */
export const config = {
  docker_path: text({ doc: "The docker program.", fallback: "docker" }),
  repository: text({ doc: "Repository of the names to give." }),
  tag: list(ofText, { doc: "Old name of tags.", deprecated: { use: "tags" } }),
  tags: list(ofText, { doc: "Tags of the names to give; the engine's default, `latest`, when not set." }),
  force: flag({ doc: "Accepted for old engines; others move a tag anyway." }),
} as const;
export type Config = ConfigOf<typeof config>;
