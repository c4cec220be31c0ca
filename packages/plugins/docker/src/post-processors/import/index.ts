import { definePostProcessor, problem, verdict } from "@kiln/sdk";
import { config } from "./config.ts";

export const dockerImport = definePostProcessor({
  kind: "post-processor",
  type: "docker-import",
  doc: "Makes an image of an exported container or another tar archive.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { run: async (run) => (await import("./process.ts")).importArchive(settings, run) },
      settings.tag && !settings.repository
        ? [
            problem("docker/tag-without-repository", "tag needs a repository", {
              detail: "An image is named REPOSITORY:TAG; set repository too.",
              subject: ctx.at("tag"),
            }),
          ]
        : [],
    ),
});
