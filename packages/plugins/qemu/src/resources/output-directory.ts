import { posix, win32 } from "node:path";
import { type ResourceKind, StepError } from "@kiln/sdk";

/** `path` is absolute; `token` is what the mark of this very build contains. */
export type OutputIntent = { readonly path: string; readonly token: string };

/** Stands in an output directory as long as the build goes on: only with it does a clean-up remove the directory. */
const markName = ".kiln-unfinished";

export function markOf(path: string): string {
  return `${path}/${markName}`;
}
/** The directory begins here, mark inside, and gets its name in one move: an unmarked one is never ours. */
export function newcomer({ path, token }: OutputIntent): string {
  return `${path}.kiln-${token}`;
}

/** The result's directory while it is being made. Finishing takes the mark away first, so that a finished result survives anything. */
export const outputDirectoryKind: ResourceKind<OutputIntent, OutputIntent> = {
  kind: "qemu.output-directory",
  describe: ({ path }) => `unfinished output directory ${path}`,
  async find(intent, { host }) {
    const marked = (await host.files.readText(markOf(intent.path)).catch(() => "")) === intent.token;
    return marked || (await host.files.stat(newcomer(intent))) ? [intent] : [];
  },
  async release(intent, { host }) {
    const mark = await host.files.readText(markOf(intent.path)).catch(() => "");
    // Moved aside first: a removal that is cut short must not leave half a directory that bears no mark.
    if (mark === intent.token) {
      await host.files.removeTree(newcomer(intent));
      await host.files.rename(intent.path, newcomer(intent));
    }
    await host.files.removeTree(newcomer(intent));
  },
};

/** Why a directory cannot be made, in Packer's words where it is there already. */
export function alreadyThere(path: string): StepError {
  return Object.assign(
    new StepError(`Output directory '${path}' already exists. It must not exist.`, { code: "output/exists" }),
    { nothingMade: true },
  );
}

export function absolute(path: string, { cwd, platform }: { readonly cwd: string; readonly platform: string }): string {
  return platform === "win32" ? win32.resolve(cwd, path) : posix.resolve(cwd, path);
}
