import { defineBuilder, refused, verdict } from "@kiln/sdk";
import { check } from "./check/check.ts";
import { config } from "./config.ts";
import { inputs } from "./inputs.ts";
import { settingsOf } from "./settings.ts";

/** Builds a disk image in a virtual machine of its own. Interface as Packer's `qemu`. */
export const qemu = defineBuilder({
  kind: "builder",
  type: "qemu",
  doc: "Starts a QEMU virtual machine from an installation medium or a disk image, provisions it, and keeps its disk.",
  config,
  async prepare(given, ctx) {
    const diagnostics = await check(given, ctx);
    if (diagnostics.some((d) => d.severity === "error")) return refused(...diagnostics);
    const settings = settingsOf(given, ctx.buildName);
    return verdict(
      {
        inputs: async () => inputs(settings),
        run: async (run) => (await import("./build.ts")).build(run, settings),
      },
      diagnostics,
    );
  },
});
