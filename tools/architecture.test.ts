import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

type Room =
  | "sdk"
  | "hcl"
  | "go-template"
  | "engine"
  | "host-node"
  | "communicators"
  | "plugins"
  | "packer-plugins"
  | "local-cloud"
  | "cli";
const everyRoom: readonly Room[] = [
  "sdk",
  "hcl",
  "go-template",
  "engine",
  "host-node",
  "communicators",
  "plugins",
  "packer-plugins",
  "local-cloud",
  "cli",
];

/** The import graph as data. A plugin never imports another plugin: see `forbidden`. */
const mayImport: Readonly<Record<Room, readonly Room[]>> = {
  sdk: [],
  hcl: ["sdk"],
  "go-template": ["sdk"],
  engine: ["sdk", "hcl", "go-template"],
  "host-node": ["sdk"],
  communicators: ["sdk"],
  plugins: ["sdk"],
  "packer-plugins": ["sdk"],
  "local-cloud": ["sdk", "host-node", "communicators"],
  cli: everyRoom,
};

/** Rooms that may touch the outside world, and the one file of the command line that may. */
const outsideRooms: readonly Room[] = ["host-node", "communicators", "packer-plugins", "local-cloud"];
const outsideFiles = ["packages/cli/src/main.ts"];
/** Rooms that stay runnable in a browser: no built-in at all. */
const browserRooms: readonly Room[] = ["sdk", "hcl", "go-template"];
const pureBuiltIns = new Set([
  "node:buffer",
  "node:crypto",
  "node:path",
  "node:stream",
  "node:stream/promises",
  "node:url",
  "node:util",
  "node:zlib",
]);
const outsideWords: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.$#/-])process\./, "process"],
  [/\bDate\.now\(/, "Date.now"],
  [/\bnew Date\(\)/, "new Date()"],
  [/(?<![\w.$#])(?:setTimeout|setInterval|setImmediate)\(/, "timers"],
  [/(?<![\w.$#])fetch\(/, "fetch"],
];

interface Import {
  readonly line: number;
  readonly specifier: string;
}
interface SourceFile {
  readonly path: string;
  readonly room: Room;
  /** The workspace package's folder: `packages/sdk`, `packages/plugins/core`. */
  readonly home: string;
  readonly imports: readonly Import[];
  readonly code: readonly string[];
}

function* typescriptFiles(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    if (name === "node_modules" || name === "dist" || name === "test-data") continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* typescriptFiles(path);
    else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) yield path;
  }
}

/** Code with comments blanked, line by line, so that words in prose do not count. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, " "))
    .replace(/(^|[\s;{}(,])\/\/[^\n]*/g, (c, before: string) => before + " ".repeat(c.length - before.length));
}

function load(path: string): SourceFile {
  const rel = relative(root, path);
  const [, room = "", family = ""] = rel.split("/");
  const text = withoutComments(readFileSync(path, "utf8"));
  const imports: Import[] = [];
  for (const match of text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"\n]+)"/g)) {
    imports.push({ line: text.slice(0, match.index).split("\n").length, specifier: match[1] ?? "" });
  }
  return {
    path: rel,
    room: room as Room,
    home: room === "plugins" ? `packages/plugins/${family}` : `packages/${room}`,
    imports,
    code: text.split("\n"),
  };
}

const files = [...typescriptFiles(join(root, "packages"))].map(load);
const isTest = (file: SourceFile): boolean =>
  /\.test\.ts$|\/testing\/|contract-suite\.ts$|-under-test\.ts$|\/test\//.test(file.path);
const sources = files.filter((f) => !isTest(f));

function roomOfPackage(specifier: string): { readonly room: Room; readonly family: string } | undefined {
  const match = /^@kiln\/([\w-]+)/.exec(specifier);
  if (!match) return undefined;
  const name = match[1] ?? "";
  return name.startsWith("plugin-")
    ? { room: "plugins", family: name.slice("plugin-".length) }
    : { room: name as Room, family: "" };
}

function forbidden(file: SourceFile): readonly string[] {
  const found: string[] = [];
  for (const { line, specifier } of file.imports) {
    const at = `${file.path}:${line}`;
    const target = roomOfPackage(specifier);
    if (target) {
      const own = file.home.endsWith(`/${target.room === "plugins" ? target.family : target.room}`);
      const crossPlugin = file.room === "plugins" && target.room === "plugins" && !own;
      if (!own && (crossPlugin || !mayImport[file.room].includes(target.room)))
        found.push(`${at} imports ${specifier}`);
      if (/\/src\//.test(specifier)) found.push(`${at} reaches into ${specifier}`);
      if (specifier.endsWith("/testing")) found.push(`${at} imports test code: ${specifier}`);
    } else if (specifier.startsWith(".")) {
      const to = relative(root, resolve(root, dirname(file.path), specifier));
      if (!to.startsWith(`${file.home}/`)) found.push(`${at} leaves its package: ${specifier}`);
      if (!/\.(ts|json)$/.test(specifier)) found.push(`${at} imports without .ts: ${specifier}`);
    } else if (specifier.startsWith("node:")) {
      if (browserRooms.includes(file.room)) found.push(`${at} imports ${specifier} in a room that runs in browsers`);
      else if (!pureBuiltIns.has(specifier) && !mayTouchOutside(file)) found.push(`${at} imports ${specifier}`);
    }
  }
  return found;
}

function mayTouchOutside(file: SourceFile): boolean {
  return outsideRooms.includes(file.room) || outsideFiles.includes(file.path);
}

function touchesOutside(file: SourceFile): readonly string[] {
  if (mayTouchOutside(file)) return [];
  return file.code.flatMap((code, i) =>
    outsideWords.filter(([pattern]) => pattern.test(code)).map(([, word]) => `${file.path}:${i + 1} uses ${word}`),
  );
}

/** Import cycles between files, each as one readable path. */
function cycles(): readonly string[] {
  const graph = new Map(
    sources.map((f) => [
      f.path,
      f.imports
        .filter((i) => i.specifier.startsWith("."))
        .map((i) => relative(root, resolve(root, dirname(f.path), i.specifier))),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** Type-only imports vanish at run time and may point both ways within a package. */
function withoutTypeImports(text: string): string {
  return text.replace(/\b(?:import|export)\s+type\s[^;]*?from\s*"[^"]+"/g, (c) => c.replace(/[^\n]/g, " "));
}

describe("the architecture", () => {
  it("finds the sources", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(new Set(sources.map((f) => f.room))).toContain("sdk");
  });
  it("allows no import that the table does not", () => {
    expect(sources.flatMap(forbidden)).toEqual([]);
  });
  it("keeps the outside world behind its door", () => {
    expect(sources.flatMap(touchesOutside)).toEqual([]);
  });
  it("has no import cycles at run time", () => {
    for (const [i, file] of sources.entries()) {
      const text = withoutTypeImports(withoutComments(readFileSync(join(root, file.path), "utf8")));
      const kept = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"([^"\n]+)"/g)].map((m) => ({
        line: 0,
        specifier: m[1] ?? "",
      }));
      sources[i] = { ...file, imports: kept };
    }
    expect(cycles()).toEqual([]);
  });
  it("names files in kebab-case and never exports by default", () => {
    const odd = sources.filter(
      (f) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|generated))?\.ts$/.test(f.path.split("/").at(-1) ?? ""),
    );
    expect(odd.map((f) => f.path)).toEqual([]);
    expect(sources.filter((f) => f.code.some((c) => /^export default\b/.test(c))).map((f) => f.path)).toEqual([]);
  });
  it("would notice a forbidden import", () => {
    const wrong: SourceFile = {
      path: "packages/sdk/src/x.ts",
      room: "sdk",
      home: "packages/sdk",
      imports: [
        { line: 3, specifier: "node:fs" },
        { line: 4, specifier: "@kiln/engine" },
      ],
      code: ["", "const t = Date.now();"],
    };
    expect(forbidden(wrong)).toEqual([
      "packages/sdk/src/x.ts:3 imports node:fs in a room that runs in browsers",
      "packages/sdk/src/x.ts:4 imports @kiln/engine",
    ]);
    expect(touchesOutside(wrong)).toEqual(["packages/sdk/src/x.ts:2 uses Date.now"]);
  });
});
