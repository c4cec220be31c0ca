import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { writeCodeCaches } from "./code-caches.ts";
import { directImports } from "./direct-imports.ts";
import { type Part, programParts } from "./program-parts.ts";

/**
 * Bundles the command line for shipping: code split by what a command needs, so that a cloud SDK costs nothing until a template names
 * it. The result in dist/ is an npm package of its own.
 */
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "dist");
const lib = join(out, "lib");
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const core = JSON.parse(await readFile(join(root, "packages/plugins/core/package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};
const cli = JSON.parse(await readFile(join(root, "packages/cli/package.json"), "utf8")) as { readonly version: string };
/** Native code cannot be bundled: it is installed beside the bundle. */
const native = { "lz4-napi": core.dependencies["lz4-napi"] ?? "*" };
/** Programs of their own, started inside the machines of the local cloud, and the command line itself. */
const programs = {
  main: "packages/cli/src/main.ts",
  "machine-ssh-server": "packages/local-cloud/src/ssh-server/main.ts",
  "machine-files": "packages/local-cloud/src/ssh-server/files/main.ts",
  "windows-machine": "packages/local-cloud/src/windows/machine/main.ts",
};
const parts: readonly Part[] = [
  {
    name: "main",
    roots: [
      programs.main,
      "packages/cli/src/commands/version.ts",
      // What the two following parts share.
      "packages/cli/src/template/read-bytes.ts",
      "packages/sdk/src/diagnostics.ts",
      "packages/sdk/src/failure-text.ts",
      "packages/sdk/src/suggest.ts",
    ],
  },
  { name: "formatting", roots: ["packages/cli/src/fmt/fmt-command.ts"] },
  {
    name: "template",
    roots: ["packages/cli/src/commands/template-commands.ts", "packages/plugins/core/src/components.ts"],
  },
  { name: "hcl", roots: ["packages/cli/src/template/load-hcl.ts"] },
  { name: "amazon-ebs", roots: ["packages/plugins/amazon/src/ebs/index.ts"] },
];
const { plugin, partOf } = programParts(parts, (path) => join(root, path));
/** The machines' programs share modules with the command line but not its start: what they need is split off by use. */
const ownFiles = /[/\\]packages[/\\]/;

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "bin"), { recursive: true });
await build({
  cwd: root,
  input: programs,
  platform: "node",
  preserveEntrySignatures: "allow-extension",
  // The ES module entry of the AWS SDK can be shaken; its CommonJS one cannot.
  resolve: { mainFields: ["module", "main"] },
  external: [...Object.keys(native), "cpu-features", /\.node$/],
  transform: { target: "node24", define: { "globalThis.kilnBundled": "true" } },
  // Our own modules do nothing when loaded but define names; only a program's entry runs.
  treeshake: {
    moduleSideEffects: (id) => !ownFiles.test(id) || Object.values(programs).some((path) => join(root, path) === id),
  },
  plugins: [directImports(root), plugin],
  output: {
    dir: lib,
    format: "cjs",
    // The start-up script runs parts in a way for which Node warns of import().
    dynamicImportInCjs: false,
    minify: true,
    entryFileNames: "[name].cjs",
    chunkFileNames: ({ name }) => (parts.some((part) => part.name === name) ? `${name}.cjs` : "[name]-[hash].cjs"),
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: parts.map(({ name }, index) => ({
        name,
        priority: parts.length - index,
        test: (id: string) => partOf(id) === name,
      })),
    },
  },
  logLevel: "silent",
});
for (const name of await readdir(lib)) {
  const text = await readFile(join(lib, name), "utf8");
  // One byte a character: half the memory, and the compiled code's positions hold for the bytes as they are.
  await writeFile(
    join(lib, name),
    text.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}
await cp(join(root, "tools/start.cjs"), join(lib, "start.cjs"));
await writeFile(
  join(out, "package.json"),
  `${JSON.stringify(
    {
      name: "kiln",
      version: cli.version,
      description: "Builds machine images from Packer templates",
      license: "Apache-2.0",
      engines: { node: ">=18" },
      bin: { kiln: "bin/kiln", packer: "bin/packer" },
      files: ["bin", "lib"],
      dependencies: native,
      optionalDependencies: manifest.optionalDependencies,
    },
    null,
    2,
  )}\n`,
);
for (const name of ["kiln", "packer"]) {
  await cp(join(root, "tools/launcher.sh"), join(out, "bin", name));
  await chmod(join(out, "bin", name), 0o755);
}
for (const file of ["LICENSE", "README.md"]) await cp(join(root, file), join(out, file)).catch(() => {});
await writeCodeCaches(
  lib,
  parts.map((part) => part.name),
);
const names = await readdir(lib);
const sizes = await Promise.all(names.map(async (name) => (await stat(join(lib, name))).size));
process.stdout.write(
  `built dist/ (${names.length} files, ${(sizes.reduce((a, b) => a + b, 0) / 1e6).toFixed(1)} MB)\n`,
);
