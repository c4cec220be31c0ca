import { type ConfigOf, text } from "@kiln/sdk";
import { loginOptions } from "../../login/options.ts";

/** Options of docker-push. Source: Packer's docker plugin. */
export const config = {
  docker_path: text({ doc: "The docker program.", fallback: "docker" }),
  platform: text({ doc: "Platform to push where the image has several, such as `linux/arm64`." }),
  ...loginOptions,
} as const;
export type Config = ConfigOf<typeof config>;
