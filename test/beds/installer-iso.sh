#!/bin/bash
# A CD that boots Debian's network installer from a prompt and does nothing by itself.
# usage: installer-iso.sh OUT.iso. Needs debian-installer-12-netboot-amd64, isolinux, syslinux-common, xorriso.
set -euo pipefail
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
images=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
cp "$images/linux" "$images/initrd.gz" /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$tree/"
cat > "$tree/isolinux.cfg" <<'C'
DEFAULT install
PROMPT 1
TIMEOUT 0
LABEL install
  KERNEL /linux
  APPEND initrd=/initrd.gz vga=normal fb=false console=ttyS0
C
xorriso -as mkisofs -quiet -R -V INSTALLER -b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table -o "$1.part" "$tree"
mv "$1.part" "$1"
