import type { Family } from "@kiln/sdk";

/** The secret stores of template functions. */
export const secretStores = {
  consul: () => import("./look-ups/consul.ts"),
  vault: () => import("./look-ups/vault.ts"),
};

/**
 * All but compress in one: they are small and most templates use several, so that one file to load is quicker than many.
 */
const components = () => import("./components.ts");

/** Packer's own components, those that need no platform. */
export const family: Family = {
  name: "core",
  builders: {
    file: async () => (await components()).fileBuilder,
    null: async () => (await components()).nullBuilder,
  },
  provisioners: {
    breakpoint: async () => (await components()).breakpoint,
    file: async () => (await components()).file,
    powershell: async () => (await components()).powershell,
    shell: async () => (await components()).shell,
    "shell-local": async () => (await components()).shellLocal,
    sleep: async () => (await components()).sleep,
    "windows-restart": async () => (await components()).windowsRestart,
    "windows-shell": async () => (await components()).windowsShell,
  },
  postProcessors: {
    artifice: async () => (await components()).artifice,
    checksum: async () => (await components()).checksum,
    compress: async () => (await import("./post-processors/compress/index.ts")).compress,
    manifest: async () => (await components()).manifest,
    "shell-local": async () => (await components()).shellLocalPostProcessor,
  },
  dataSources: {
    http: async () => (await components()).httpData,
    null: async () => (await components()).nullData,
  },
  resourceKinds: {
    "core.temporary-file": async () => (await components()).temporaryFileKind,
  },
};
