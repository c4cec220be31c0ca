import { Buffer } from "node:buffer";
import { posix, resolve } from "node:path";
import { messageOf, type ProvisionContext, StepError } from "@kiln/sdk";
import { requirementsOf } from "../galaxy-file.ts";
import type { Config } from "./config.ts";

/** One thing to send, with the line that says so and the start of its failure. */
export interface Delivery {
  readonly line?: string;
  /** A local path, or text. */
  readonly from: { readonly file: string } | { readonly directory: string } | { readonly text: string };
  /** Absolute on the machine; a directory's contents go into it. */
  readonly to: string;
  readonly failure: string;
}

/** Everything that goes to the machine, and where it will be. */
export interface Staging {
  readonly directory: string;
  /** Directories to make first. */
  readonly directories: readonly string[];
  readonly deliveries: readonly Delivery[];
  /** Absolute on the machine, in order. */
  readonly playbooks: readonly string[];
  readonly inventory: string;
  readonly galaxy?: { readonly file: string; readonly roles: boolean; readonly collections: boolean };
}

export async function planStaging(config: Config, directory: string, ctx: ProvisionContext): Promise<Staging> {
  const { files, cwd } = ctx.host;
  const inside = (...names: readonly string[]): string => posix.join(directory, ...names);
  const send = (line: string, file: string, failure: string): Delivery => ({
    line,
    from: { file },
    to: inside(posix.basename(unixPath(file))),
    failure,
  });
  const sendDirectory = (from: string, to: string, failure: string, line?: string): Delivery => ({
    ...(line !== undefined && { line }),
    from: { directory: from },
    to,
    failure,
  });
  const deliveries: Delivery[] = [];
  const playbooks: string[] = [];
  const { playbook_dir, playbook_file, galaxy_file, group_vars, host_vars } = config;
  if (playbook_dir) deliveries.push(sendDirectory(playbook_dir, directory, "Error uploading playbook_dir directory"));
  if (playbook_file) {
    const delivery = send("Uploading main Playbook file...", playbook_file, "Error uploading main playbook");
    deliveries.push(delivery);
    playbooks.push(delivery.to);
  }
  for (const file of config.playbook_files ?? []) {
    const root = playbook_dir && resolve(cwd, playbook_dir);
    const absolute = resolve(cwd, file);
    if (root && absolute.startsWith(`${root}/`)) playbooks.push(inside(absolute.slice(root.length)));
    else {
      const to = inside(unixPath(file));
      deliveries.push({
        line: `Uploading playbook file: ${file}`,
        from: { file },
        to,
        failure: "Error uploading playbooks",
      });
      playbooks.push(to);
    }
  }
  if (galaxy_file) deliveries.push(send("Uploading galaxy file...", galaxy_file, "Error uploading galaxy file"));
  const inventory = config.inventory_file
    ? send("Uploading inventory file...", config.inventory_file, "Error uploading inventory file")
    : {
        line: "Uploading inventory file...",
        from: { text: inventoryText(config.inventory_groups ?? []) },
        to: inside("packer-provisioner-ansible-local-inventory"),
        failure: "Error uploading inventory file",
      };
  deliveries.push(inventory);
  for (const [from, name] of [
    [group_vars, "group_vars"],
    [host_vars, "host_vars"],
  ] as const) {
    if (!from) continue;
    const failure = `Error uploading ${name} directory`;
    deliveries.push(sendDirectory(from, inside(name), failure, `Uploading ${name} directory...`));
  }
  for (const [paths, folder, line, failure] of [
    [config.role_paths, "roles", "Uploading role directories...", "Error uploading roles"],
    [config.collection_paths, "collections", "Uploading collection directories...", "Error uploading collections"],
    [config.playbook_paths, "playbooks", "Uploading additional Playbooks...", "Error uploading playbooks"],
  ] as const) {
    for (const [i, path] of (paths ?? []).entries()) {
      const to = inside(folder, posix.basename(unixPath(path)));
      deliveries.push(sendDirectory(path, to, failure, i === 0 ? line : undefined));
    }
  }
  return {
    directory,
    directories: directoriesOf(directory, deliveries),
    deliveries,
    playbooks,
    inventory: inventory.to,
    ...(galaxy_file && {
      galaxy: {
        file: inside(posix.basename(unixPath(galaxy_file))),
        ...requirementsOf(await files.readText(galaxy_file)),
      },
    }),
  };
}

/** Every directory that must be there before things are sent into it. */
function directoriesOf(root: string, deliveries: readonly Delivery[]): readonly string[] {
  const needed = deliveries.map(({ from, to }) => ("directory" in from ? to : posix.dirname(to)));
  return [...new Set([root, ...needed])];
}

function inventoryText(groups: readonly string[]): string {
  return groups.length === 0 ? "127.0.0.1" : groups.map((group) => `[${group}]\n127.0.0.1\n`).join("");
}

function unixPath(path: string): string {
  return path.replaceAll("\\", "/");
}

/** Sends one thing; rejects with what was to be done and why it could not be. */
export async function deliver({ from, to, failure }: Delivery, ctx: ProvisionContext): Promise<void> {
  const { communicator } = ctx.machine;
  const { files } = ctx.host;
  const { signal } = ctx;
  try {
    if ("directory" in from) {
      const contents = from.directory.endsWith("/") ? from.directory : `${from.directory}/`;
      await communicator.uploadDirectory(contents, to, { signal });
    } else if ("file" in from) {
      const stat = await files.stat(from.file);
      await communicator.upload(files.read(from.file), to, {
        signal,
        ...(stat && { size: stat.size, mode: stat.mode }),
      });
    } else {
      const bytes = Buffer.from(from.text);
      await communicator.upload(once(bytes), to, { signal, size: bytes.length });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new StepError(`${failure}: ${messageOf(error)}`, { code: "ansible/upload", cause: error });
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
