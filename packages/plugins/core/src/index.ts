import type { Family } from "@kiln/sdk";

export { consulKey } from "./look-ups/consul.ts";
export { vaultMembers, vaultSecret } from "./look-ups/vault.ts";

/** Packer's own components, those that need no platform. */
export const family: Family = {
  name: "core",
  builders: {
    file: async () => (await import("./builders/file/index.ts")).fileBuilder,
    null: async () => (await import("./builders/null/index.ts")).nullBuilder,
  },
  provisioners: {
    breakpoint: async () => (await import("./provisioners/breakpoint/index.ts")).breakpoint,
    file: async () => (await import("./provisioners/file/index.ts")).file,
    shell: async () => (await import("./provisioners/shell/index.ts")).shell,
    "shell-local": async () => (await import("./provisioners/shell-local/index.ts")).shellLocal,
    sleep: async () => (await import("./provisioners/sleep/index.ts")).sleep,
  },
  postProcessors: {
    artifice: async () => (await import("./post-processors/artifice/index.ts")).artifice,
    checksum: async () => (await import("./post-processors/checksum/index.ts")).checksum,
    compress: async () => (await import("./post-processors/compress/index.ts")).compress,
    manifest: async () => (await import("./post-processors/manifest/index.ts")).manifest,
    "shell-local": async () => (await import("./post-processors/shell-local/index.ts")).shellLocalPostProcessor,
  },
  dataSources: {
    http: async () => (await import("./data-sources/http/index.ts")).httpData,
    null: async () => (await import("./data-sources/null/index.ts")).nullData,
  },
  resourceKinds: {
    "core.temporary-file": async () => (await import("./temporary-file/kind.ts")).temporaryFileKind,
  },
};
