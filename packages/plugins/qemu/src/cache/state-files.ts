import type { BuildContext, KeyPair } from "@kiln/sdk";
import { qemuImg } from "../qemu-img.ts";
import type { Settings } from "../settings.ts";

/** What a stored state consists of, inside of its directory. */
export const stateFiles = (directory: string) => ({
  machine: `${directory}/machine`,
  disk: (index: number): string => `${directory}/disk-${index}`,
  efiVars: `${directory}/efivars.fd`,
  key: `${directory}/key.json`,
});

export function efiVarsOf(settings: Settings): string | undefined {
  return settings.efi && `${settings.output}/efivars.fd`;
}

/** Copies the disks of a machine that stands still. */
export async function storeDisks(ctx: BuildContext, settings: Settings, directory: string): Promise<void> {
  const names = stateFiles(directory);
  for (const [i, disk] of settings.disks.entries()) {
    // Kept as qcow2, since a raw disk is as large as it may ever grow; QEMU holds its lock on it.
    if (settings.format === "raw") {
      await qemuImg(ctx, "Error storing the disk", ["convert", "-U", "-f", "raw", "-O", "qcow2", disk, names.disk(i)]);
    } else await ctx.host.files.copy(disk, names.disk(i));
  }
  const efiVars = efiVarsOf(settings);
  if (efiVars !== undefined) await ctx.host.files.copy(efiVars, names.efiVars);
}

/** The disks of a stored state as this build's own. */
export async function restoreDisks(ctx: BuildContext, settings: Settings, directory: string): Promise<void> {
  const { files } = ctx.host;
  const names = stateFiles(directory);
  for (const [i, disk] of settings.disks.entries()) {
    if (settings.format === "raw") {
      await qemuImg(ctx, "Error restoring the disk", ["convert", "-f", "qcow2", "-O", "raw", names.disk(i), disk]);
    } else {
      await files.copy(names.disk(i), disk);
      await files.chmod(disk, 0o644);
    }
  }
  const efiVars = efiVarsOf(settings);
  if (efiVars === undefined) return;
  await files.copy(names.efiVars, efiVars);
  await files.chmod(efiVars, 0o644);
}

/** The temporary key that the machine knows; without it nobody could log in to it again. */
export async function storeKey({ host }: BuildContext, key: KeyPair, directory: string): Promise<void> {
  await host.files.write(stateFiles(directory).key, JSON.stringify(key), { mode: 0o600 });
}

export async function restoredKey(ctx: BuildContext, directory: string): Promise<KeyPair | undefined> {
  const path = stateFiles(directory).key;
  if (!(await ctx.host.files.stat(path))) return undefined;
  const key = JSON.parse(await ctx.host.files.readText(path)) as KeyPair;
  ctx.secrets.add(key.privateKey);
  return key;
}
