import { block, flag, list, ofText, text } from "@kiln/sdk";

/** The disks of the machine and how they are made. */
export const diskOptions = {
  disk_image: flag({ doc: "The medium is a disk image to start from, not an installation CD.", fallback: false }),
  use_backing_file: flag({
    doc: "Write to an overlay of the disk image instead of a copy (qcow2 and disk_image only).",
    fallback: false,
  }),
  iso_skip_cache: flag({ doc: "Let QEMU read the medium from its URL instead of downloading it.", fallback: false }),
  disk_size: text({
    doc: "Size of the disk with a unit of qemu-img's (`40960M`, `10G`); a bare number is megabytes.",
    fallback: "40960M",
  }),
  disk_additional_size: list(ofText, { doc: "Sizes of further disks, named `VM_NAME-1`, `VM_NAME-2` and so on." }),
  skip_resize_disk: flag({ doc: "Leave the disk image's size as it is (disk_image only).", fallback: false }),
  disk_interface: text({
    doc: "Bus of the disks.",
    fallback: "virtio",
    choices: ["ide", "sata", "scsi", "virtio", "virtio-scsi"],
  }),
  cdrom_interface: text({
    doc: "Bus of the CDs; QEMU's choice when not set.",
    choices: ["ide", "sata", "scsi", "virtio", "virtio-scsi"],
  }),
  disk_cache: text({
    doc: "Cache mode of the disks.",
    fallback: "writeback",
    choices: ["writethrough", "writeback", "none", "unsafe", "directsync"],
  }),
  disk_discard: text({ doc: "What a discarded block becomes.", fallback: "ignore", choices: ["unmap", "ignore"] }),
  disk_detect_zeroes: text({
    doc: "Whether written zeroes are kept as such.",
    fallback: "off",
    choices: ["unmap", "on", "off"],
  }),
  format: text({ doc: "Format of the result.", fallback: "qcow2", choices: ["qcow2", "raw"] }),
  skip_compaction: flag({
    doc: "Keep the disk as the machine left it instead of rewriting it without its empty parts.",
    fallback: false,
  }),
  disk_compression: flag({ doc: "Compress the result (qcow2 only).", fallback: false }),
  qemu_img_args: block(
    {
      convert: list(ofText, { doc: "For `qemu-img convert`." }),
      create: list(ofText, { doc: "For `qemu-img create`." }),
      resize: list(ofText, { doc: "For `qemu-img resize`." }),
    },
    { doc: "Further arguments of qemu-img, by its command." },
  ),
} as const;
