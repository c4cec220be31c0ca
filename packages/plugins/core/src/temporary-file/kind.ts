import type { ResourceKind } from "@kiln/sdk";

/** A file of ours that must not outlive its step: its absolute path is both intent and reference. */
export const temporaryFileKind: ResourceKind<string, string> = {
  kind: "core.temporary-file",
  describe: (path) => `temporary file ${path}`,
  find: async (path, { host }) => ((await host.files.stat(path, { link: true })) ? [path] : []),
  release: (path, { host }) => host.files.remove(path),
};
