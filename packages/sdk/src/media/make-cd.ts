import { codeOf, messageOf, StepError } from "../errors.ts";
import { LineSplitter } from "../line-splitter.ts";
import type { CdConfig } from "../options/cd.ts";
import { contentPath, expanded, filesOf } from "./collect-files.ts";
import { baseName, directoryOf, joinPath } from "./local-path.ts";
import { type MadeFileKind, type MediaContext, madeFile } from "./made-file.ts";

/** Programs that make an ISO image, in the order they are looked for. */
const makers: readonly {
  readonly program: string;
  readonly args: (label: string, iso: string, folder: string) => readonly string[];
}[] = [
  {
    program: "xorriso",
    args: (label, iso, folder) => ["-as", "genisoimage", "-rock", "-joliet", "-volid", label, "-output", iso, folder],
  },
  { program: "mkisofs", args: (label, iso, folder) => ["-joliet", "-volid", label, "-o", iso, folder] },
  {
    program: "hdiutil",
    args: (label, iso, folder) => [
      "makehybrid",
      "-o",
      iso,
      "-hfs",
      "-joliet",
      "-iso",
      "-default-volume-name",
      label,
      folder,
    ],
  },
  { program: "oscdimg", args: (label, iso, folder) => ["-j1", "-o", "-m", `-l${label}`, folder, iso] },
];

/**
 * Makes the CD that the options ask for (`StepCreateCD`): an ISO image in the temporary directory, which goes with the step. Its path,
 * or undefined where nothing is asked for.
 */
export async function makeCd(ctx: MediaContext, kind: MadeFileKind, config: CdConfig): Promise<string | undefined> {
  const { cd_files: patterns = [], cd_content: content = {} } = config;
  if (patterns.length + Object.keys(content).length === 0) return undefined;
  const { host, ui } = ctx;
  ui.say("Creating CD disk...");
  const folder = await madeFile(ctx, kind, { prefix: "packer_to_cdrom" }, (path) =>
    host.files.makeDirectory(path, { mode: 0o700 }),
  );
  await gather(ctx, folder.value, patterns, content);
  const iso = await madeFile(ctx, kind, { prefix: "packer", extension: ".iso" }, async (path, signal) => {
    // Claims the name; the program then writes over it.
    await host.files.write(path, "", { mode: 0o600, exclusive: true });
    await writeIso({ ...ctx, signal }, config.cd_label || "packer", path, folder.value);
  });
  await folder.release();
  ui.message("Done copying paths from CD_dirs");
  return iso.value;
}

/** Copies everything to one folder, which becomes the root of the CD. */
async function gather(
  { host, signal }: MediaContext,
  folder: string,
  patterns: readonly string[],
  content: Readonly<Record<string, string>>,
): Promise<void> {
  const target = async (to: string): Promise<string> => {
    const path = to.split("/").reduce((at, name) => joinPath(host.platform, at, name), folder);
    await host.files.makeDirectory(directoryOf(host.platform, path), { recursive: true });
    return path;
  };
  for (const path of await expanded(patterns, "cd_files", host)) {
    // A final slash means what is in the directory, not the directory.
    const name = baseName(host.platform, path);
    const under = /[\\/]$/.test(path) || name === "." || name === ".." ? "" : `${name}/`;
    for await (const { from, to } of filesOf(path, host, under)) {
      signal.throwIfAborted();
      await host.files.copy(from, await target(to));
    }
  }
  for (const [path, text] of Object.entries(content))
    await host.files.write(await target(contentPath(path, "cd_content")), text, { mode: 0o644 });
}

async function writeIso(ctx: MediaContext, label: string, iso: string, folder: string): Promise<void> {
  for (const { program, args } of makers) {
    if (await ranProgram(ctx, program, args(label, iso, folder))) return;
  }
  throw new StepError(
    `could not find a supported CD ISO creation command (the supported commands are: ${makers.map((m) => m.program).join(", ")}). Install one of them, on Debian with: apt-get install xorriso`,
    { code: "cd/no-program" },
  );
}

/** False where there is no such program. Its output are the step's lines. */
async function ranProgram(ctx: MediaContext, program: string, args: readonly string[]): Promise<boolean> {
  const { host, ui, signal } = ctx;
  const child = host.processes.spawn(program, args, { signal });
  const tail: string[] = [];
  const say = (line: string): void => {
    if (line === "") return;
    ui.message(line);
    tail.push(line);
    if (tail.length > 5) tail.shift();
  };
  const lines = { stdout: new LineSplitter(say), stderr: new LineSplitter(say) };
  for await (const { stream, bytes } of child.output) lines[stream].push(bytes);
  lines.stdout.end();
  lines.stderr.end();
  let exit: Awaited<typeof child.exit>;
  try {
    exit = await child.exit;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw new StepError(`${program} could not be started: ${messageOf(error)}`, { code: "cd/failed", cause: error });
  }
  signal.throwIfAborted();
  if (exit.by === "code" && exit.code === 0) return true;
  const how = exit.by === "code" ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  throw new StepError(`${program} failed with ${how}: ${tail.join("; ")}`, { code: "cd/failed" });
}
