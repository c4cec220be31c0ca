import type { Resource, ResourceKind } from "@kiln/sdk";
import type { CacheStore } from "./store.ts";

/** A state that is being stored: its directory's absolute path is both intent and reference. Once stored it lies elsewhere. */
export const stagingKind: ResourceKind<string, string> = {
  kind: "cache.unfinished",
  describe: (path) => `unfinished cache entry ${path}`,
  find: async (path, { host }) => ((await host.files.stat(path, { link: true })) ? [path] : []),
  release: (path, { host }) => host.files.removeTree(path),
};

export function staging(store: CacheStore): Resource<string, string, string> {
  const path = store.stagingPath();
  return {
    kind: stagingKind,
    intent: path,
    create: async () => {
      await store.makeStaging(path);
      return path;
    },
    ref: (made) => made,
  };
}
