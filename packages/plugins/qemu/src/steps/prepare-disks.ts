import { extname } from "node:path";
import { type BuildContext, codeOf, messageOf, StepError } from "@kiln/sdk";
import { qemuImg } from "../qemu-img.ts";
import { type Settings, withUnit } from "../settings.ts";
import { willConvert } from "./convert-disks.ts";

/** Makes the blank disks and the overlay (`stepCreateDisk`). The copy of a disk image is not made here. */
export async function createDisks(ctx: BuildContext, settings: Settings, medium: string): Promise<void> {
  const { ui } = ctx;
  const { use_backing_file: overlay, disk_image: isImage, disks, format, qemu_img_args: extra } = settings;
  const sizes = [settings.size, ...(settings.disk_additional_size ?? []).map(withUnit)];
  if (overlay || disks.length > 1) ui.say("Creating required virtual machine disks");
  for (const [i, disk] of disks.entries()) {
    const first = i === 0;
    if (first && isImage && !overlay) continue;
    const backing = first && overlay ? ["-b", medium, "-F", "qcow2"] : [];
    const size = first && overlay && settings.skip_resize_disk ? [] : [sizes[i] ?? settings.size];
    const args = ["create", "-f", format, ...backing, ...(extra?.create ?? []), disk, ...size];
    await qemuImg(ctx, "Error creating hard drive", args);
  }
}

/**
 * Copies the disk image (`stepCopyDisk`): as it is where it bears the format's name, converted otherwise. Where the disk is rewritten at the
 * end anyway an overlay does, which saves copying what is copied again.
 */
export async function copyDisk(ctx: BuildContext, settings: Settings, image: string): Promise<void> {
  const { host, ui, signal } = ctx;
  const [disk = ""] = settings.disks;
  const convert = settings.qemu_img_args?.convert ?? [];
  if (extname(image) !== `.${settings.format}` || convert.length > 0) {
    ui.say("Copying hard drive...");
    await qemuImg(ctx, "Error creating hard drive", ["convert", ...convert, "-O", settings.format, image, disk]);
    return;
  }
  ui.message("File extension already matches desired output format. Skipping qemu-img convert step");
  if (await overlayWillDo(ctx, settings, image)) {
    const args = ["create", "-f", "qcow2", "-b", image, "-F", "qcow2", disk];
    await qemuImg(ctx, "Error creating hard drive", args);
    return;
  }
  try {
    await host.files.copy(image, disk);
    const mode = (await host.files.stat(disk))?.mode ?? 0o644;
    // The image may be kept read-only; the machine writes to its copy.
    if ((mode & 0o200) === 0) await host.files.chmod(disk, mode | 0o200);
  } catch (error) {
    throw new StepError(`Error creating hard drive: ${messageOf(error)}`, {
      code: codeOf(error) ?? "qemu/copy",
      cause: error,
    });
  }
  signal.throwIfAborted();
}

/** Not where there is no room for a copy: that must be told now, not when the machine is ready. A stored state holds whole disks. */
async function overlayWillDo({ host, cache }: BuildContext, settings: Settings, image: string): Promise<boolean> {
  if (cache || settings.format !== "qcow2" || !willConvert(settings)) return false;
  const size = (await host.files.stat(image))?.size ?? 0;
  return (await host.files.freeBytes(settings.output)) > size;
}

/** Brings the copy to its size (`stepResizeDisk`). */
export async function resizeDisk(ctx: BuildContext, settings: Settings): Promise<void> {
  const [disk = ""] = settings.disks;
  const extra = settings.qemu_img_args?.resize ?? [];
  ctx.ui.say("Resizing hard drive...");
  await qemuImg(ctx, "Error resizing hard drive", ["resize", "-f", settings.format, ...extra, disk, settings.size]);
}
