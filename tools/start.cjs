"use strict";
/**
 * What the launcher runs. The parts of the program that most commands need lie beside their compiled code (`PART.cache`, written when
 * the program was built, by this same Node): reading both is far quicker than compiling, and than asking Node's module loader file by
 * file. All other parts are loaded by Node as usual, their compiled code kept between runs. An old Node must be able to read this file.
 */
const modules = require("node:module");
if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(
    `kiln needs Node.js 24 or later; this is ${process.version}. The package brings its own for Linux and Windows: install it with its optional dependencies.\n`,
  );
  process.exit(1);
}
try {
  process.cwd();
} catch {
  process.stderr.write("kiln: the working directory is gone. Change to one that exists.\n");
  process.exit(1);
}
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, join, resolve } = require("node:path");
const { Script } = require("node:vm");

/** Parts whose compiled code is to be written when the process ends; only the build asks for that. */
const writing = (process.env.KILN_WRITE_CODE_CACHE || "").split(",").filter((part) => part !== "");
const scripts = [];
let cacheOn = false;

/** Modules of Node that take milliseconds to load and that most commands never use. */
const slow = new Set(["node:crypto"]);
/** @param {() => object} get Gives the module whose exports are asked for, at the first use of one. */
function whenUsed(get) {
  return new Proxy(
    {},
    {
      get: (_, name) => get()[name],
      ownKeys: () => Reflect.ownKeys(get()),
      getOwnPropertyDescriptor: (_, name) => ({ ...Reflect.getOwnPropertyDescriptor(get(), name), configurable: true }),
    },
  );
}

/**
 * In the user's own cache directory: Node's default lies in the directory for temporary files, where others could put code for us to run.
 * Without such a directory nothing is kept.
 */
function keepCompiledCode() {
  const { KILN_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  try {
    const base = KILN_CACHE_DIR || join(XDG_CACHE_HOME || join(require("node:os").homedir(), ".cache"), "kiln");
    const directory = resolve(base, "code");
    // One by one: asked to make missing parents too, Node never returns where none can be made (below /proc).
    for (const path of [dirname(resolve(base)), resolve(base), directory])
      if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    modules.enableCompileCache(directory);
  } catch {}
}

/** @param {string} part File name of a part of the program, such as `main.cjs`. */
function load(part) {
  const file = join(__dirname, part);
  const known = require.cache[file];
  if (known) return known.exports;
  const kept = `${file}.cache`;
  const write = writing.some((name) => part === `${name}.cjs`);
  if (!write && !existsSync(kept)) {
    if (!cacheOn) keepCompiledCode();
    cacheOn = true;
    return require(file);
  }
  const source = readFileSync(file, "latin1");
  const script = new Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, {
    filename: file,
    cachedData: existsSync(kept) ? readFileSync(kept) : undefined,
  });
  if (write) scripts.push([kept, script]);
  const loaded = new modules(file, module);
  loaded.filename = file;
  loaded.paths = module.paths;
  require.cache[file] = loaded;
  const within = (name) => {
    if (name.startsWith("./")) return load(name.slice(2));
    return slow.has(name) ? whenUsed(() => loaded.require(name)) : loaded.require(name);
  };
  script.runInThisContext().call(loaded.exports, loaded.exports, within, loaded, file, __dirname);
  loaded.loaded = true;
  return loaded.exports;
}

if (writing.length > 0) {
  delete process.env.KILN_WRITE_CODE_CACHE;
  process.on("exit", () => {
    for (const [path, script] of scripts) {
      writeFileSync(`${path}.new`, script.createCachedData());
      renameSync(`${path}.new`, path);
    }
  });
}
load("main.cjs");
