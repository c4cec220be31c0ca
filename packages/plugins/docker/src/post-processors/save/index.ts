import { definePostProcessor, problem, verdict } from "@kiln/sdk";
import { config } from "./config.ts";

export const dockerSave = definePostProcessor({
  kind: "post-processor",
  type: "docker-save",
  doc: "Writes an image to a file.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { run: async (run) => (await import("./process.ts")).saveImage(settings, run) },
      settings.path
        ? []
        : [
            problem("docker/no-save-path", "path must be set", {
              detail: "It is the file that the image is written to.",
              subject: ctx.at(),
            }),
          ],
    ),
});
