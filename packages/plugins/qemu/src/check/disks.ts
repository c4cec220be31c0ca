import type { Config } from "../config.ts";
import type { Refusals } from "./refusals.ts";

const interfaces = ["ide", "sata", "scsi", "virtio", "virtio-scsi"];
const caches = ["writethrough", "writeback", "none", "unsafe", "directsync"];
/** As qemu-img takes it: units in either case. */
const size = /^\d+(\.\d+)?[bkmgtpe]?$/i;

/** Disks: formats, buses, modes and sizes. */
export function checkDisks(config: Config, refuse: Refusals): void {
  const { format, disk_image: isImage, use_backing_file: overlay } = config;
  if (format !== "qcow2" && format !== "raw")
    refuse.error("format", "format", "invalid format, only 'qcow2' or 'raw' are allowed");
  if (overlay && (!isImage || format !== "qcow2")) {
    refuse.error(
      "use_backing_file",
      "backing-file",
      "use_backing_file can only be enabled for QCOW2 images and when disk_image is true",
    );
  }
  if (config.skip_resize_disk && !isImage)
    refuse.error("skip_resize_disk", "resize", "skip_resize_disk can only be used when disk_image is true");
  if (config.disk_additional_size?.length && overlay) {
    refuse.warning(
      "disk_additional_size",
      "blank-disks",
      "the further disks are blank: the backing file is only below the first",
    );
  }
  if (config.disk_compression && format === "raw")
    refuse.warning(
      "disk_compression",
      "raw-compression",
      "a raw disk cannot be compressed: disk_compression does nothing",
    );
  oneOf("disk_interface", interfaces, "unrecognized disk interface type");
  oneOf("cdrom_interface", interfaces, "unrecognized cdrom interface type");
  oneOf("disk_cache", caches, "unrecognized disk cache type");
  oneOf("disk_discard", ["unmap", "ignore"], "unrecognized disk discard type");
  oneOf("disk_detect_zeroes", ["unmap", "on", "off"], "unrecognized disk detect zeroes setting");
  sized("disk_size", config.disk_size);
  for (const text of config.disk_additional_size ?? []) sized("disk_additional_size", text);

  function oneOf(
    option: "disk_interface" | "cdrom_interface" | "disk_cache" | "disk_discard" | "disk_detect_zeroes",
    known: readonly string[],
    summary: string,
  ): void {
    const value = config[option];
    if (value && !known.includes(value)) refuse.error(option, "disk", summary, `Use one of ${known.join(", ")}.`);
  }
  function sized(option: string, text: string): void {
    if (size.test(text)) return;
    refuse.error(option, "disk-size", "Invalid disk size.", `"${text}" is no size: write 40960M or 10G.`);
  }
}
