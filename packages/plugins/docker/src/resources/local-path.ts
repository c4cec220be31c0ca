import type { Resource, ResourceKind } from "@kiln/sdk";

/** A file or directory of ours that must not outlive its step: its absolute path is both intent and reference. */
export const localPathKind: ResourceKind<string, string> = {
  kind: "docker.local-path",
  describe: (path) => `temporary file or directory ${path}`,
  find: async (path, { host }) => ((await host.files.stat(path, { link: true })) ? [path] : []),
  release: (path, { host }) => host.files.removeTree(path),
};

/** A path of our choice, made by `make`, that is undone unless kept. */
export function localPath(path: string, make: (path: string) => Promise<void>): Resource<string, string, string> {
  return {
    kind: localPathKind,
    intent: path,
    create: async () => {
      await make(path);
      return path;
    },
    ref: (made) => made,
  };
}
