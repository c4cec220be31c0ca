import { type Diagnostic, messageOf, nearestName, type PrepareContext, problem } from "@kiln/sdk";
import type { Config } from "./config.ts";

/** What is to be moved, `source` last. */
export function sourcesOf(config: Config): readonly string[] {
  return [...(config.sources ?? []), ...(config.source ? [config.source] : [])];
}

/** Wording: Packer's. */
export async function problems(config: Config, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  const sources = sourcesOf(config);
  if (sources.length > 0 && config.content)
    found.push(problem("file/content-and-source", "source(s) conflicts with content.", { subject: ctx.at("content") }));
  if (config.direction !== "upload" && config.direction !== "download") {
    const near = nearestName(config.direction, ["upload", "download"]);
    found.push(
      problem("file/direction", "Direction must be one of: download, upload.", {
        subject: ctx.at("direction"),
        ...(near && { detail: `Did you mean "${near}"?` }),
      }),
    );
  }
  if (config.direction === "upload" && !config.generated) {
    for (const source of sources) {
      const cause = await missing(source, ctx);
      if (cause === undefined) continue;
      const i = config.sources?.indexOf(source) ?? -1;
      found.push(
        problem("file/bad-source", `Bad source '${source}': ${cause}`, {
          subject: i >= 0 ? ctx.at("sources", i) : ctx.at("source"),
        }),
      );
    }
  }
  if (!config.destination)
    found.push(problem("file/no-destination", "Destination must be specified.", { subject: ctx.at() }));
  return found;
}

async function missing(path: string, ctx: PrepareContext): Promise<string | undefined> {
  try {
    return (await ctx.files.stat(path)) ? undefined : `stat ${path}: no such file or directory`;
  } catch (error) {
    return messageOf(error);
  }
}
