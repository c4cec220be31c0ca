import { defineBuilder, refused, verdict } from "@kiln/sdk";
import { check } from "./check.ts";
import { config, settingsOf, windowsKind } from "./config.ts";

/** Names that provisioners and post-processors may use as `build.X`; the last is docker-push's to fill. */
const exported = ["ImageSha256", "SourceImageDigest", "SourceImageSha256", "Digest"];

/** Provisions a container and makes an image or an archive of it. Interface as Packer's `docker`. */
export const dockerBuilder = defineBuilder({
  kind: "builder",
  type: "docker",
  doc: "Starts a container, provisions it, and commits it as an image or exports its files.",
  config,
  communicators: ["docker", windowsKind],
  async prepare(given, ctx) {
    const found = verdict(given, await check(given, ctx));
    if (!found.ok) return refused(...found.diagnostics);
    const settings = settingsOf(given);
    return verdict(
      {
        exports: exported,
        inputs: async (host) => (await import("./inputs.ts")).inputsOf(settings, host),
        run: async (run) => (await import("./build.ts")).build(settings, run),
      },
      found.warnings,
    );
  },
});
