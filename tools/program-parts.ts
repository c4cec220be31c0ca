import type { Plugin } from "rolldown";

/**
 * The parts of the program that are loaded whole: what the named modules import statically, less what an earlier part has. Fewer, larger
 * files start quicker than many small ones; everything else is split by what first needs it.
 */
export interface Part {
  readonly name: string;
  /** Paths of the modules that a command loads first, from the repository's root. */
  readonly roots: readonly string[];
}

/** Follows the static imports once the whole program has been read. `partOf` answers from then on. */
export function programParts(
  parts: readonly Part[],
  absolute: (path: string) => string,
): { readonly plugin: Plugin; partOf(id: string): string | undefined } {
  const owner = new Map<string, string>();
  return {
    plugin: {
      name: "program-parts",
      buildEnd() {
        for (const { name, roots } of parts) {
          const waiting = roots.map(absolute);
          for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
            if (owner.has(id)) continue;
            const info = this.getModuleInfo(id);
            if (!info) continue;
            owner.set(id, name);
            waiting.push(...info.importedIds);
          }
        }
      },
    },
    partOf: (id) => owner.get(id),
  };
}
