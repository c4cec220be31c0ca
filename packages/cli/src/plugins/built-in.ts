import { caution, type Diagnostic, type PluginRequirement, problem } from "@kiln/sdk";
import { families } from "../families.ts";

const host = "github.com/hashicorp/";

/** Sources of plugins that Kiln has built in, by family: `github.com/hashicorp/amazon`. */
export const builtInSources: readonly string[] = families
  .map(({ name }) => host + name)
  .filter((s) => s !== `${host}core`);

export function isBuiltIn(source: string): boolean {
  return builtInSources.includes(source.toLowerCase());
}

/**
 * Required plugins that are not there, which nothing is built or validated without. Source: core-behaviour §1.11. Packer's `init` would
 * install them and Kiln cannot, so builds that the user chose may do without: whether they can, their components show.
 */
export function missingPlugins(
  required: ReadonlyMap<string, PluginRequirement>,
  buildsChosen: boolean,
): readonly Diagnostic[] {
  const tell = buildsChosen ? caution : problem;
  return [...required.values()]
    .filter(({ source }) => !isBuiltIn(source))
    .map(({ source, version, range }) =>
      tell("plugins/missing", "Missing plugins", {
        detail: `${source} ${version} is not built into Kiln, and init cannot install it. Built in: ${builtInSources.join(", ")}. Builds that do without its components can be chosen with -only.`,
        subject: range,
      }),
    );
}
