import { dirname } from "node:path";
import { type BuildContext, codeOf, type Held, type Host, messageOf, type Resource, StepError } from "@kiln/sdk";
import {
  absolute,
  alreadyThere,
  markOf,
  newcomer,
  type OutputIntent,
  outputDirectoryKind,
} from "../resources/output-directory.ts";

export interface Output {
  /** The result is whole: from here on nothing takes it away. */
  finish(): Promise<void>;
}

/** Makes the directory of the result (`StepOutputDir`). It goes when the build fails. */
export async function makeOutputDirectory(ctx: BuildContext, directory: string): Promise<Output> {
  const { host, ui } = ctx;
  const path = absolute(directory, host);
  const token = [...host.random.bytes(6)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (ctx.force && (await host.files.stat(path))) {
    refuseShared(path, directory, host);
    ui.say("Deleting previous output directory...");
    await host.files.removeTree(path);
  }
  const intent: OutputIntent = { path, token };
  const held: Held<OutputIntent> = await ctx.acquire(resource(ctx, directory, intent));
  return {
    finish: async () => {
      await host.files.remove(markOf(path));
      await held.keep();
    },
  };
}

/** `-force` takes the directory of an earlier result away, not the project, the home directory or all there is. */
function refuseShared(path: string, shown: string, { cwd, env }: Host): void {
  const kept = [cwd, env.HOME ?? env.USERPROFILE ?? cwd];
  if (!kept.some((one) => `${one}/`.startsWith(path.endsWith("/") ? path : `${path}/`))) return;
  throw new StepError(`Output directory '${shown}' holds more than an earlier result: -force will not remove it`, {
    code: "output/shared",
  });
}

function resource(
  { host }: Pick<BuildContext, "host">,
  directory: string,
  intent: OutputIntent,
): Resource<OutputIntent, OutputIntent, OutputIntent> {
  return {
    kind: outputDirectoryKind,
    intent,
    ref: (made) => made,
    create: () => make(host, directory, intent),
    async release(made, access, signal) {
      access.ui.say("Deleting output directory...");
      await outputDirectoryKind.release(made, access, signal);
    },
  };
}

async function make({ files }: Host, shown: string, intent: OutputIntent): Promise<OutputIntent> {
  const { path, token } = intent;
  try {
    await files.makeDirectory(dirname(path), { recursive: true });
    await files.makeDirectory(newcomer(intent));
    await files.write(markOf(newcomer(intent)), token);
    // The move would replace an empty directory, which is not ours either.
    if (await files.stat(path)) throw alreadyThere(shown);
    await files.rename(newcomer(intent), path);
    return intent;
  } catch (error) {
    await files.removeTree(newcomer(intent)).catch(() => {});
    if (error instanceof StepError) throw error;
    // Another build was quicker, between our look and our move.
    if (["ENOTEMPTY", "EEXIST"].includes(codeOf(error) ?? "")) throw alreadyThere(shown);
    throw new StepError(`Output directory '${shown}' cannot be made: ${messageOf(error)}`, {
      code: codeOf(error) ?? "output/not-made",
      cause: error,
    });
  }
}
