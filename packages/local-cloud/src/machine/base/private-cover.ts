import { join } from "node:path";
import type { Cover } from "./cover.ts";
import type { Part } from "./mounted-parts.ts";
import { emptied, emptyFolders, hollowed, removed, systemFolders } from "./private-places.ts";

/**
 * Covers one part of the host's system with everything that `private-places` names, and `also` (the cloud's own state).
 * `parts` tells which places belong to another part.
 */
export function coverPrivatePlaces(cover: Cover, part: Part, parts: readonly Part[], also: readonly string[]): void {
  const here = (path: string): string | undefined => within(path, part, parts);
  if (part.mount === "/") coverTop(cover);
  for (const path of hollowed) at(here(path), (inside) => cover.hollow(inside));
  for (const path of [...emptied, ...also]) at(here(path), (inside) => cover.inBase(inside) && cover.empty(inside));
  for (const path of removed) {
    at(here(path), (inside) => {
      for (const found of matches(cover, inside)) cover.hide(found);
    });
  }
}

function coverTop(cover: Cover): void {
  for (const name of cover.names("/")) {
    if (!systemFolders.includes(name) && !(name in emptyFolders)) cover.hide(`/${name}`);
  }
  for (const [name, mode] of Object.entries(emptyFolders)) cover.empty(`/${name}`, mode);
}

function matches(cover: Cover, path: string): readonly string[] {
  if (!path.endsWith("*")) return cover.inBase(path) ? [path] : [];
  const folder = path.slice(0, path.lastIndexOf("/"));
  const start = path.slice(folder.length + 1, -1);
  return cover
    .names(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => join(folder, name));
}

/** `path` as seen from the part it lies in, or undefined when that is another part. */
export function within(path: string, part: Part, parts: readonly Part[]): string | undefined {
  const holder = parts.filter(({ mount }) => mount === "/" || path === mount || path.startsWith(`${mount}/`)).at(-1);
  if (holder?.mount !== part.mount) return undefined;
  return part.mount === "/" ? path : path.slice(part.mount.length) || "/";
}

function at(path: string | undefined, act: (path: string) => unknown): void {
  // The root of a part cannot be hidden in itself.
  if (path !== undefined && path !== "/") act(path);
}
