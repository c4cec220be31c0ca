import { definePostProcessor, problem, verdict } from "@kiln/sdk";
import { config } from "./config.ts";

export const dockerTag = definePostProcessor({
  kind: "post-processor",
  type: "docker-tag",
  doc: "Gives an image names.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { run: async (run) => (await import("./process.ts")).tagImage(settings, run) },
      settings.repository
        ? []
        : [
            problem("docker/no-repository", "repository must be set", {
              detail: "It is the image's name without the tag, such as `registry.example.com/team/app`.",
              subject: ctx.at(),
            }),
          ],
    ),
});
