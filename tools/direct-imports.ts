import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Plugin } from "rolldown";

/**
 * Lets a bundle import from where a thing is defined instead of through its package's index: code is split by file, and everything that
 * an index mentions would otherwise be loaded by whoever needs one name of it.
 */
export function directImports(root: string): Plugin {
  const indexes = new Map<string, Promise<ReadonlyMap<string, string>>>();
  const indexOf = (name: string): Promise<ReadonlyMap<string, string>> => {
    const known = indexes.get(name);
    if (known) return known;
    const folder = name.startsWith("plugin-") ? join("plugins", name.slice("plugin-".length)) : name;
    const read = exportsOf(join(root, "packages", folder, "src", "index.ts"));
    indexes.set(name, read);
    return read;
  };
  return {
    name: "direct-imports",
    transform: {
      filter: { id: /[/\\]packages[/\\].*\.ts$/ },
      handler: (text) => rewritten(text, indexOf),
    },
  };
}

const importing = /^import \{([^}]*)\} from "@kiln\/([\w-]+)";$/gm;

async function rewritten(
  text: string,
  indexOf: (name: string) => Promise<ReadonlyMap<string, string>>,
): Promise<string> {
  let result = text;
  for (const [whole, names = "", name = ""] of text.matchAll(importing)) {
    const files = await indexOf(name);
    const wanted = names
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== "" && !entry.startsWith("type "));
    const lines = wanted.map((entry) => {
      const file = files.get(entry.split(" as ")[0]?.trim() ?? "");
      return file && `import { ${entry} } from ${JSON.stringify(file)};`;
    });
    if (lines.every((line) => line !== undefined)) result = result.replace(whole, () => lines.join(" "));
  }
  return result;
}

/** The names that an index passes on, with the files that define them. */
async function exportsOf(index: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const text = await readFile(index, "utf8");
  for (const [, names = "", from = ""] of text.matchAll(/export \{([^}]*)\} from "([^"]+)"/g)) {
    for (const entry of names.split(",")) {
      const name = entry.trim();
      // A renamed export keeps going through the index.
      if (name !== "" && !name.startsWith("type ") && !name.includes(" as "))
        found.set(name, resolve(dirname(index), from));
    }
  }
  for (const [, from = ""] of text.matchAll(/export \* from "([^"]+)"/g)) {
    const file = resolve(dirname(index), from);
    const inner = await readFile(file, "utf8");
    for (const [, name = ""] of inner.matchAll(/^export (?:async )?(?:const|let|function\*?|class) (\w+)/gm))
      found.set(name, file);
    for (const [name, path] of await exportsOf(file)) found.set(name, path);
  }
  return found;
}
