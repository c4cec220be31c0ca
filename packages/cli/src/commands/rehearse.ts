import { join } from "node:path";
import { homedir } from "node:os";
import type { LocalCloud } from "@kiln/local-cloud";
import type { Host } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { stateDirectory } from "../state-directory.ts";
import { build, type BuildOptions } from "./build.ts";

export interface RehearseOptions {
  /** What else to do with the local cloud; a build where none is asked for. */
  readonly serve: boolean;
  readonly images: boolean;
  readonly shell?: string;
  readonly removeImage?: string;
  /** Print the least IAM policy that the build needed. */
  readonly policy: boolean;
  /** Root file system that instances start from, instead of a clone of this host. */
  readonly base?: string;
  readonly port?: number;
}

/** The directory that keeps images, key pairs and the rest between rehearsals. */
export function cloudDirectory(host: Host): string {
  return join(stateDirectory(host.env, homedir()), "local-cloud");
}

function onCloud(io: Io, cloud: LocalCloud): Io {
  // Credentials of a real account must not be sent anywhere in a rehearsal, and none are needed.
  const env = { ...io.host.env, ...cloud.environment() };
  return { ...io, host: { ...io.host, env } };
}

/** `rehearse`: the template, unchanged, against an EC2-compatible endpoint on this machine. */
export async function rehearse(io: Io, options: RehearseOptions, buildOptions: BuildOptions | undefined): Promise<number> {
  const printer = new Printer(io);
  const { openLocalCloud } = await import("./open-local-cloud.ts");
  await using opened = await openLocalCloud(io, printer, options);
  if (!opened) return 1;
  const { cloud } = opened;
  if (options.images) return listImages(cloud, printer);
  if (options.removeImage !== undefined) return removeImage(cloud, options.removeImage, printer);
  if (options.shell !== undefined) return opened.shell(options.shell);
  if (options.serve) return serve(io, cloud, printer);
  if (!buildOptions) return 1;
  const code = await build(onCloud(io, cloud), buildOptions);
  if (options.policy) printer.raw(`${JSON.stringify(cloud.policy(), null, 2)}\n`);
  return code;
}
