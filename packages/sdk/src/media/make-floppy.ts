import { StepError } from "../errors.ts";
import type { Host } from "../host.ts";
import type { FloppyConfig } from "../options/floppy.ts";
import { type CollectedFile, contentPath, expanded, filesOf, walk } from "./collect-files.ts";
import { type FloppyFile, floppyCapacity, floppyImage } from "./floppy-image.ts";
import { baseName } from "./local-path.ts";
import { type MadeFileKind, type MediaContext, madeFile } from "./made-file.ts";

/**
 * Makes the floppy disk that the options ask for (`StepCreateFloppy`): a 1.44 MB image in the temporary directory, which goes with the
 * step. Its path, or undefined where nothing is asked for.
 */
export async function makeFloppy(
  ctx: MediaContext,
  kind: MadeFileKind,
  config: FloppyConfig,
): Promise<string | undefined> {
  const { floppy_files: flat = [], floppy_dirs: trees = [], floppy_content: content = {} } = config;
  if (flat.length + trees.length + Object.keys(content).length === 0) return undefined;
  const { host, ui } = ctx;
  ui.say("Creating floppy disk...");
  const collected = [...(await flatFiles(ctx, flat)), ...(await treeFiles(ctx, trees))];
  const files: FloppyFile[] = await loaded(collected, ctx);
  for (const [path, text] of Object.entries(content)) {
    ui.message(`Adding file: ${path}`);
    files.push({
      path: contentPath(path, "floppy_content"),
      bytes: new TextEncoder().encode(text),
      modified: host.clock.now(),
    });
  }
  const image = floppyImage(files, config.floppy_label || "packer");
  const held = await madeFile(ctx, kind, { prefix: "packer" }, (path) =>
    host.files.write(path, image, { mode: 0o600, exclusive: true }),
  );
  return held.value;
}

/** Every file to the root, whatever directory it is in. */
async function flatFiles(ctx: MediaContext, patterns: readonly string[]): Promise<readonly CollectedFile[]> {
  const { host, ui } = ctx;
  const files: CollectedFile[] = [];
  ui.message("Copying files flatly from floppy_files");
  for (const path of await expanded(patterns, "floppy_files", host)) {
    const stat = await host.files.stat(path);
    if (stat?.kind !== "directory") {
      ui.message(`Copying file: ${path}`);
      for await (const file of filesOf(path, host, "")) files.push(file);
      continue;
    }
    ui.message(`Copying directory: ${path}`);
    for await (const file of walk(path, host)) {
      ui.message(`Adding file: ${file.from}`);
      files.push({ ...file, to: file.to.slice(file.to.lastIndexOf("/") + 1) });
    }
  }
  ui.message("Done copying files from floppy_files");
  return files;
}

/** Directories with their names and all that is in them. */
async function treeFiles(ctx: MediaContext, patterns: readonly string[]): Promise<readonly CollectedFile[]> {
  const { host, ui } = ctx;
  const files: CollectedFile[] = [];
  ui.message("Collecting paths from floppy_dirs");
  const paths = await expanded(patterns, "floppy_dirs", host);
  ui.message(`Resulting paths from floppy_dirs : [${paths.join(" ")}]`);
  for (const path of paths) {
    ui.message(`Recursively copying : ${path}`);
    const name = baseName(host.platform, path);
    for await (const file of filesOf(path, host, name === "." || name === ".." ? "" : `${name}/`)) files.push(file);
  }
  ui.message("Done copying paths from floppy_dirs");
  return files;
}

/** The bytes of all files; refuses before reading what could never fit. */
async function loaded(files: readonly CollectedFile[], { host, signal }: MediaContext): Promise<FloppyFile[]> {
  const total = files.reduce((n, f) => n + f.stat.size, 0);
  if (total > floppyCapacity)
    throw new StepError(
      `a floppy disk holds ${floppyCapacity} bytes, the files have ${total}. A CD (cd_files) holds more`,
      { code: "floppy/full" },
    );
  const out: FloppyFile[] = [];
  for (const { from, to, stat } of files) {
    signal.throwIfAborted();
    out.push({ path: to, bytes: await wholeFile(from, host), modified: stat.modified });
  }
  return out;
}

async function wholeFile(path: string, host: Host): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of host.files.read(path)) pieces.push(piece);
  const bytes = new Uint8Array(pieces.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
