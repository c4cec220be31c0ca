import { caution, type Diagnostic, type PluginRequirement } from "@kiln/sdk";
import { families } from "../families.ts";

const host = "github.com/hashicorp/";

/** Sources of plugins that Kiln has built in, by family: `github.com/hashicorp/amazon`. */
export const builtInSources: readonly string[] = families
  .map(({ name }) => host + name)
  .filter((s) => s !== `${host}core`);

export function isBuiltIn(source: string): boolean {
  return builtInSources.includes(source.toLowerCase());
}

/** Says which required plugins are not there. Whether the template can do without them, its components show. */
export function missingPlugins(required: ReadonlyMap<string, PluginRequirement>): readonly Diagnostic[] {
  return [...required.values()]
    .filter(({ source }) => !isBuiltIn(source))
    .map(({ source, version, range }) =>
      caution("plugins/missing", "Missing plugins", {
        detail: `${source} ${version} is not built into Kiln. Built in: ${builtInSources.join(", ")}. Components of other plugins are not known.`,
        subject: range,
      }),
    );
}
