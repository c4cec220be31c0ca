# Sourced by the guest makers: a kernel from Debian's package (not installed), a small initramfs, and a bootable disk made without
# root's devices: syslinux on a FAT partition boots, an ext4 partition follows.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Unpacks the packages named into $work/NAME without installing them.
unpack() {
  local into=$1; shift
  mkdir -p "$work/debs" "$into"
  (cd "$work/debs" && apt-get download -qq "$@" >/dev/null 2>&1) || { echo "cannot download $*" >&2; return 1; }
  local deb
  for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$into"; rm "$deb"; done
}

# Sets $kernel and $version, and leaves the modules below $work/kernel.
fetch_kernel() {
  local package
  package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
  unpack "$work/kernel" "$package"
  kernel=$(echo "$work"/kernel/boot/vmlinuz-*)
  version=${kernel##*/vmlinuz-}
  depmod -b "$work/kernel" "$version"
}

# What a guest under QEMU needs; prints paths in the order in which they must be loaded.
modules() {
  local name
  for name in virtio_pci virtio_blk virtio_scsi sd_mod virtio_net virtio_rng ext4 crc32c_generic vfat nls_ascii nls_cp437 isofs sr_mod e1000; do
    modprobe -d "$work/kernel" -S "$version" --show-depends "$name" 2>/dev/null || true
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'
}

# $work/initramfs gets busybox, the modules and /load-modules.
start_initramfs() {
  local root=$work/initramfs module
  mkdir -p "$root"/{bin,dev,proc,sys,run,tmp,root,etc,lib/modules,new}
  cp /bin/busybox "$root/bin/busybox"
  echo '#!/bin/busybox sh' > "$root/load-modules"
  for module in $(modules); do
    cp "$module" "$root/lib/modules/"
    echo "/bin/busybox insmod /lib/modules/${module##*/}" >> "$root/load-modules"
  done
  chmod 755 "$root/load-modules"
}

pack_initramfs() { (cd "$work/initramfs" && find . | cpio --quiet -R 0:0 -o -H newc | gzip -9) > "$1"; }

# assemble OUT.qcow2 INITRAMFS TREE MIB KERNEL_ARGUMENTS: partition 2 holds TREE.
assemble() {
  local out=$1 initramfs=$2 tree=$3 mib=$4 arguments=$5 raw=$work/disk.raw boot=$work/boot.fat
  truncate -s $((mib + 34))M "$raw"
  printf 'label: dos\nstart=2048, size=65536, type=e, bootable\nstart=67584, type=83\n' | sfdisk -q "$raw"
  truncate -s 32M "$boot"
  mformat -i "$boot" -H 2048 ::
  syslinux --install "$boot"
  printf 'DEFAULT linux\nPROMPT 0\nTIMEOUT 0\nLABEL linux\n  LINUX /vmlinuz\n  INITRD /initrd.gz\n  APPEND %s\n' "$arguments" > "$work/syslinux.cfg"
  mcopy -i "$boot" "$kernel" ::/vmlinuz
  mcopy -i "$boot" "$initramfs" ::/initrd.gz
  mcopy -i "$boot" "$work/syslinux.cfg" ::/syslinux.cfg
  dd if="$boot" of="$raw" bs=1M seek=1 conv=notrunc,sparse status=none
  dd if=/usr/lib/syslinux/mbr/mbr.bin of="$raw" bs=440 count=1 conv=notrunc status=none
  mke2fs -q -t ext4 -L root -O ^metadata_csum,^64bit -m 0 -d "$tree" -E "offset=$((33 * 1048576)),lazy_itable_init=1" -F "$raw" "${mib}M"
  qemu-img convert -O qcow2 "$raw" "$out.part"
  mv "$out.part" "$out"
}
