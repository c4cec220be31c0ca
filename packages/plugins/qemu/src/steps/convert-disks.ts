import { type BuildContext, messageOf } from "@kiln/sdk";
import { qemuImg } from "../qemu-img.ts";
import type { Settings } from "../settings.ts";

const tries = 10;

/** Whether `convertDisks` will do anything. */
export function willConvert(settings: Settings): boolean {
  return !settings.skipCompaction || compresses(settings);
}

function compresses({ disk_compression: compression, format }: Settings): boolean {
  return compression && format === "qcow2";
}

/** Rewrites the disks without their empty parts, compressed where asked (`stepConvertDisk`). */
export async function convertDisks(ctx: BuildContext, settings: Settings): Promise<void> {
  if (!willConvert(settings)) return;
  ctx.ui.say("Converting hard drive...");
  const flags = [...(compresses(settings) ? ["-c"] : []), ...(settings.qemu_img_args?.convert ?? [])];
  for (const disk of settings.disks) {
    const target = `${disk}.convert`;
    await patiently(ctx, ["convert", ...flags, "-O", settings.format, disk, target]);
    await ctx.host.files.rename(target, disk);
  }
}

/** Whoever still looks at the disk (a virus scanner, a monitor) holds QEMU's lock on it for a moment. */
async function patiently(ctx: BuildContext, args: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await qemuImg(ctx, "Error converting hard drive", args);
    } catch (error) {
      if (attempt === tries || !messageOf(error).includes('Failed to get shared "write" lock')) throw error;
      ctx.ui.say("Error getting file lock for conversion; retrying...");
      await ctx.host.clock.sleep(1000, ctx.signal);
    }
  }
}
