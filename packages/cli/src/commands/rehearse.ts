import type { LocalImage } from "@kiln/local-cloud";
import { type EngineEvent, messageOf } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { type BuildOptions, build } from "./build.ts";
import { onCloud } from "./on-cloud.ts";
import type { OpenedCloud, OpenOptions } from "./open-local-cloud.ts";
import { rehearsalCommand } from "./rehearsal-cleanup.ts";

type Cloud = OpenedCloud["cloud"];

export interface RehearseOptions extends Omit<OpenOptions, "sharing" | "serves"> {
  /** What to do with the local cloud besides, or instead of, building. */
  readonly serve: boolean;
  readonly images: boolean;
  readonly shell?: string;
  readonly removeImage?: string;
  /** Print the least IAM policy that the build needed. */
  readonly policy: boolean;
}

const hourMs = 3_600_000;

function listImages(images: readonly LocalImage[], printer: Printer): number {
  if (images.length === 0) printer.say("The local cloud has no images.");
  for (const { id, name, region, state, createdAt, bytes } of images) {
    printer.say(`${id}  ${region}  ${state}  ${createdAt}  ${(bytes / 2 ** 20).toFixed(1)} MiB  ${name}`);
  }
  return 0;
}

async function printImages(io: Io, printer: Printer): Promise<number> {
  const [{ storedImages }, { cloudDirectory }] = await Promise.all([
    import("@kiln/local-cloud"),
    import("./cloud-directory.ts"),
  ]);
  try {
    return listImages(storedImages(cloudDirectory(io)), printer);
  } catch (error) {
    printer.error(`Error: ${messageOf(error)}`);
    return 1;
  }
}

async function removeImage(cloud: Cloud, wanted: string, printer: Printer): Promise<number> {
  try {
    const removed = await cloud.removeImage(wanted);
    printer.say(`Removed ${removed.id} (${removed.name}) and ${removed.snapshotIds.length} snapshot(s).`);
    return 0;
  } catch (error) {
    printer.error(`Error: ${messageOf(error)}`);
    return 1;
  }
}

/** A machine from an image, with the terminal inside it; gone when the shell ends. Needs no cloud, only what one has stored. */
async function openShell(io: Io, wanted: string, printer: Printer): Promise<number> {
  const [{ launchStoredImage }, { cloudDirectory }, { openMachines }] = await Promise.all([
    import("@kiln/local-cloud"),
    import("./cloud-directory.ts"),
    import("./open-local-cloud.ts"),
  ]);
  const signal = io.interrupts.second;
  try {
    await using machines = await openMachines(io, printer);
    const machine = await launchStoredImage(cloudDirectory(io), machines, wanted, signal);
    try {
      const [file = "", ...args] = machine.shellCommand();
      const shell = io.host.processes.spawn(file, args, { signal, terminal: true });
      const exit = await shell.exit;
      return exit.by === "code" ? exit.code : 1;
    } finally {
      await machine.destroy(signal);
    }
  } catch (error) {
    printer.error(`Error: ${messageOf(error)}`);
    return 1;
  }
}

/** Keeps the cloud up until the user ends it. */
async function serve(io: Io, cloud: Cloud, printer: Printer): Promise<number> {
  printer.say(`The local cloud serves EC2, STS, IAM and SSM at ${cloud.endpoint}. It is no security boundary.`);
  printer.say("Environment for other clients:\n");
  for (const [name, value] of Object.entries(cloud.environment())) printer.say(`export ${name}=${value}`);
  printer.say("\nCtrl-C ends it; images and everything else but the instances stay.");
  const { first } = io.interrupts;
  // The pending timer is what keeps the process up: the endpoint alone would let it end.
  while (!first.aborted) await io.host.clock.sleep(hourMs, first).catch(() => {});
  return 0;
}

/** `rehearse`: a template, unchanged, against an EC2-compatible endpoint on this machine. */
export async function rehearse(
  io: Io,
  options: RehearseOptions,
  buildOptions: BuildOptions | undefined,
): Promise<number> {
  const printer = new Printer(io);
  if (options.images) return await printImages(io, printer);
  if (options.shell !== undefined) return await openShell(io, options.shell, printer);
  const { openLocalCloud } = await import("./open-local-cloud.ts");
  const sharing = options.serve ? "own" : options.removeImage === undefined ? "served" : "any";
  await using opened = await openLocalCloud(io, printer, { ...options, sharing, serves: options.serve });
  if (!opened) return 1;
  const { cloud } = opened;
  if (options.removeImage !== undefined) return await removeImage(cloud, options.removeImage, printer);
  if (options.serve) return await serve(io, cloud, printer);
  if (!buildOptions) return 1;
  const taken = new Set<string>();
  const observe = (event: EngineEvent): void => {
    if (event.type !== "build-ended") return;
    const id = /is used by an existing AMI: (ami-[0-9a-f]+)/.exec(event.error ?? "")?.[1];
    if (id !== undefined) taken.add(id);
  };
  const code = await build(onCloud(io, cloud), buildOptions, { command: rehearsalCommand, observe });
  for (const id of taken) {
    printer.say(
      `\nThat image is on this machine's own cloud: ${io.invokedAs} rehearse -remove-image ${id} removes it, -force replaces it.`,
    );
  }
  if (options.policy) printer.raw(`${JSON.stringify(await cloud.policy(), null, 2)}\n`);
  return code;
}
