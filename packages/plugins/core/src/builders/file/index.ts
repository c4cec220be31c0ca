import { caution, type Diagnostic, defineBuilder, problem, verdict } from "@kiln/sdk";
import { build } from "./build.ts";
import { config } from "./config.ts";

export const fileBuilder = defineBuilder({
  kind: "builder",
  type: "file",
  doc: "Makes a file from a text or a copy; for trying out post-processors.",
  config,
  prepare: async (settings, ctx) => {
    const { source, content, target = "" } = settings;
    const found: Diagnostic[] = [];
    if (!target) found.push(problem("file/no-target", "target required", { subject: ctx.at() }));
    if (source && content)
      found.push(
        problem("file/source-and-content", "Cannot specify source file AND content", { subject: ctx.at("content") }),
      );
    else if (!source && !content)
      found.push(
        caution("file/empty", "Both source file and contents are blank; target will have no content", {
          subject: ctx.at(),
        }),
      );
    return verdict({ run: (run) => build({ ...settings, target }, run) }, found);
  },
});
