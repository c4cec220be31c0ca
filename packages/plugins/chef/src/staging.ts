import type { ProvisionContext } from "@kiln/sdk";
import { type GuestCommands, type GuestOs, makeDirectories, uploadContents, uploadText } from "@kiln/sdk/guest";

/** The directory on the machine that takes what Chef needs. */
export interface Staging {
  readonly path: string;
  /** A path inside. */
  at(name: string): string;
}

export function stagingAt(given: string | undefined, os: GuestOs, name: string): Staging {
  const path = given || `${os === "windows" ? "C:/Windows/Temp" : "/tmp"}/${name}`;
  return { path, at: (inside) => `${path.replace(/[/\\]+$/, "")}/${inside}` };
}

/** Makes a directory, saying so. */
export async function makeDirectory(path: string, commands: GuestCommands, ctx: ProvisionContext): Promise<void> {
  ctx.ui.message(`Creating directory: ${path}`);
  await makeDirectories([path], commands, ctx);
}

/** Sends the contents of a local directory into a new one. */
export async function uploadDirectory(
  local: string,
  remote: string,
  commands: GuestCommands,
  ctx: ProvisionContext,
): Promise<void> {
  await makeDirectory(remote, commands, ctx);
  await uploadContents(local, remote, ctx);
}

/** Writes one of Chef's files, saying so. */
export async function writeConfiguration(
  line: string,
  text: string,
  remote: string,
  ctx: ProvisionContext,
): Promise<void> {
  ctx.ui.message(line);
  await uploadText(text, remote, ctx);
}

/** A string of Ruby's that means exactly this text. */
export function rubyText(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replace(/#(?=[{$@])/g, "\\#")}"`;
}
