import { chmod, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { directImports } from "./direct-imports.ts";

/**
 * Bundles the command line for shipping: one entry, code split by what a command needs, so that a cloud SDK costs nothing until a
 * template names it. The result in dist/ is an npm package of its own.
 */
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "dist");
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const core = JSON.parse(await readFile(join(root, "packages/plugins/core/package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};
const cli = JSON.parse(await readFile(join(root, "packages/cli/package.json"), "utf8")) as { readonly version: string };
/** Native code cannot be bundled: it is installed beside the bundle. */
const native = { "lz4-napi": core.dependencies["lz4-napi"] ?? "*" };

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "bin"), { recursive: true });
/** What bundled CommonJS code expects to find around it. */
const commonJsNames =
  'import{createRequire as kilnRequire}from"node:module";const require=kilnRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;';

const result = await build({
  entryPoints: {
    main: join(root, "packages/cli/src/main.ts"),
    // Programs of their own, started inside the machines of the local cloud.
    "machine-ssh-server": join(root, "packages/local-cloud/src/ssh-server/main.ts"),
    "machine-files": join(root, "packages/local-cloud/src/ssh-server/files/main.ts"),
  },
  outdir: join(out, "lib"),
  bundle: true,
  plugins: [directImports(root)],
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // The ES module entry of the AWS SDK can be shaken; its CommonJS one cannot.
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: "linked",
  external: [...Object.keys(native), "cpu-features", "*.node"],
  define: { "globalThis.kilnBundled": "true" },
  banner: { js: commonJsNames },
  write: false,
  metafile: true,
  logLevel: "warning",
});
await mkdir(join(out, "lib"), { recursive: true });
for (const { path, text } of result.outputFiles) {
  const body = text.replace(commonJsNames, "");
  // Most files are ES modules all the way: they start without the preparation.
  await writeFile(path, /\b(?:require|__filename|__dirname)\b/.test(body) ? text : body);
}
await writeFile(
  join(out, "lib/start.js"),
  // Compiled code is kept between runs: evaluating it is what start-up costs. An old Node must be able to read this file.
  `import * as modules from "node:module";
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error("kiln needs Node.js 24 or later; this is " + process.version + ". The package brings its own for Linux and Windows: install it with its optional dependencies.");
  process.exit(1);
}
modules.enableCompileCache();
await import("./main.js");
`,
);
await writeFile(
  join(out, "package.json"),
  `${JSON.stringify(
    {
      name: "kiln",
      version: cli.version,
      description: "Builds machine images from Packer templates",
      license: "Apache-2.0",
      type: "module",
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
const bytes = Object.values(result.metafile.outputs).reduce((n, o) => n + o.bytes, 0);
process.stdout.write(
  `built dist/ (${Object.keys(result.metafile.outputs).length} files, ${(bytes / 1e6).toFixed(1)} MB)\n`,
);
