import { definePostProcessor, verdict } from "@kiln/sdk";
import { loginProblems } from "../../login/check.ts";
import { config } from "./config.ts";

export const dockerPush = definePostProcessor({
  kind: "post-processor",
  type: "docker-push",
  doc: "Pushes an image to a registry.",
  config,
  prepare: async (settings, ctx) =>
    verdict(
      { run: async (run) => (await import("./process.ts")).pushImage(settings, run) },
      loginProblems(settings, ctx),
    ),
});
