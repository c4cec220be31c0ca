#!/bin/bash
# A bootable Debian qcow2: systemd, sshd, DHCP on every network card. User root, password "packer".
# usage: debian-image.sh OUT.qcow2. Needs mmdebstrap, busybox-static, syslinux, mtools, fdisk, cpio, kmod, e2fsprogs.
set -euo pipefail
. "$(dirname "$0")/guest-parts.sh"
suite=$(. /etc/os-release; echo "$VERSION_CODENAME")
fetch_kernel
tree=$work/tree
mmdebstrap --quiet --variant=minbase --mode=root --aptopt='Apt::Install-Recommends "false"' \
  --include=systemd-sysv,udev,openssh-server,dbus,sudo,iproute2 \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  "$suite" "$tree" 2> "$work/mmdebstrap.log" || { tail -20 "$work/mmdebstrap.log" >&2; exit 1; }
for module in $(modules); do
  install -D -m 644 "$module" "$tree/lib/modules/$version/${module#*"/modules/$version/"}"
done
cp "$work/kernel/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$tree/lib/modules/$version/"
depmod -b "$tree" "$version"
echo "root:packer" | chroot "$tree" chpasswd
echo debian > "$tree/etc/hostname"
printf '127.0.0.1 localhost debian\n' > "$tree/etc/hosts"
# The initramfs mounts the root writable: an entry would have systemd wait for udev.
: > "$tree/etc/fstab"
printf '[Match]\nName=e*\n[Network]\nDHCP=ipv4\n[DHCPv4]\nClientIdentifier=mac\n' > "$tree/etc/systemd/network/all.network"
mkdir -p "$tree/etc/ssh/sshd_config.d"
printf 'PermitRootLogin yes\nUseDNS no\nGSSAPIAuthentication no\n' > "$tree/etc/ssh/sshd_config.d/test.conf"
ln -sf /run/systemd/resolve/resolv.conf "$tree/etc/resolv.conf" 2>/dev/null || true
chroot "$tree" systemctl enable --quiet systemd-networkd ssh
# What only costs time under emulation.
chroot "$tree" systemctl mask --quiet apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  systemd-networkd-wait-online.service getty@tty1.service dev-mqueue.mount dev-hugepages.mount systemd-journal-flush.service systemd-update-utmp.service \
  systemd-hwdb-update.service systemd-binfmt.service systemd-pcrphase.service systemd-pcrphase-sysinit.service dpkg-db-backup.timer
rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*.bin
start_initramfs
cat > "$work/initramfs/init" <<'I'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox sh /load-modules 2>/dev/null
for disk in /dev/vda2 /dev/sda2; do [ -b $disk ] && /bin/busybox mount -t ext4 $disk /new && break; done
/bin/busybox umount /proc
/bin/busybox mount --move /dev /new/dev
exec /bin/busybox switch_root /new /sbin/init
I
chmod 755 "$work/initramfs/init"
pack_initramfs "$work/initrd.gz"
assemble "$1" "$work/initrd.gz" "$tree" 900 "root=/dev/vda2 rw console=ttyS0 quiet net.ifnames=0 systemd.show_status=0"
